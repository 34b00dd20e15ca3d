"""Analytical procedures: the report against itself, its past and its production."""
