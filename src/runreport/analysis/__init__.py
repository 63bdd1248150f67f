"""What numbers of many runs come to: where they change, and how sure one can be. Numbers only."""
