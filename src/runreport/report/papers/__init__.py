"""Papers: tables and figures of runs as files that a text takes in."""
