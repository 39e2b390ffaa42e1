"""The open files of a quarter: a directory that an operator writes by hand or exports.

`docs/import.md` describes the format. The reader checks everything, reports every error with its
file, line and remedy at once, and knows neither store nor network.
"""
