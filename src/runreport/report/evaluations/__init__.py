"""Results tables of evaluations: their pages, and the list that compares them."""
