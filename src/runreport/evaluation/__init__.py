"""Evaluate: what a model says to a data set, scored row by row and in all."""
