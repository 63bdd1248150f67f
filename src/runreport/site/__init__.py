"""From page models to files: theme, render, publish, preview server."""
