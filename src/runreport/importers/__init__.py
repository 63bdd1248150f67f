"""Importers: run folders that other tools left become runs of an archive.

A module a format. Each claims what it knows by its content, reads it without the tool that wrote
it, executes nothing of it, and yields values (`importers.found`); what is lost or cannot be told
it says (`importers.told`).
"""
