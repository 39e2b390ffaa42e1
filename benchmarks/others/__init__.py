"""Others that replicate rows, measured beside us in the same run: an optional set-up.

`sh benchmarks/others/setup` brings PostgreSQL from Debian, PouchDB from npm and APSW from PyPI, the
last two locked and into `build/others`. What is not there is not measured, and says so.
"""
