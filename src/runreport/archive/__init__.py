"""The archive on disk: format 1, its files, and the only code that writes them."""
