"""Reviews: what the runs of one side have that those of another have not."""
