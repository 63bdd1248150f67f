"""Runs as columns: which there are, how a table shows them, and how scripts get them."""
