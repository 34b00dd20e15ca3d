"""Findings: raise, answer, correct, resolve."""
