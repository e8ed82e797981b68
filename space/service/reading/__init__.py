"""Bytes of a file to rows of text, piece by piece; nothing is written and no more than a record is held."""
