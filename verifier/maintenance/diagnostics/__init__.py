"""Diagnostics of an installation with remedies: `verifier doctor`."""
