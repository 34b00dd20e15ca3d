"""Findings: raise, answer, correct, dispose."""
