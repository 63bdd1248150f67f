"""Charts: which there are, what they show and say, and the curves and columns they are made of."""
