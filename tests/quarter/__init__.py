"""The quarter room and the reader of an operator's files."""
