"""Maintenance of an installation: sweeping after a kill, backup and restore, and diagnostics (`verifier doctor`)."""
