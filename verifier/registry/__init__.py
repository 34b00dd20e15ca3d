"""Programmes and their years, reporting units, and which body a unit has named."""
