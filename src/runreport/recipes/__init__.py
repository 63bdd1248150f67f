"""Files that a project begins with: jobs for CI systems."""
