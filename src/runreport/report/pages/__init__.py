"""The pages about many runs: overview, experiments, activity, listings, comparisons, notes."""
