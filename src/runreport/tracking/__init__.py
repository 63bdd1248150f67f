"""The logging API: what training code calls."""
