"""Rules that a job's runs have to keep, and whether they do."""
