"""The page of one run, its files and their previews."""
