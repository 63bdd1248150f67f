"""The pages of registered models and their versions."""
