"""The sections of a report: words around numbers, and which figure and table stand where.

Each module is a section, in the order of the report, and its `section` writes it.
"""
