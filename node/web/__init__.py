"""The HTTP kit that all faces share: visits, pages, sessions, errors, languages, forms, QR.

A *visit* is one request with everything that a handler needs: who, in which language, the store,
the time. A handler's five beats: who - parse - one domain call - choose the answer - render.
"""
