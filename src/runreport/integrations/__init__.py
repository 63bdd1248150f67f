"""Integrations: what libraries' models are saved as and what their training logs.

Each is a thin file that is imported only when it is used, and uses the public API like a user.
"""
