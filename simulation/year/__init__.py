"""A whole fiscal year of the ward, written from a table of its figures and sent from outside.

`table` reads the figures, `season` spreads them over days and places, `lines` makes the lines of
reports, `files` what frontline systems send of them, `sending` sends it, `play` does it all.
"""
