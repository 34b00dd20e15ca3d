"""Analytical procedures: the report compared by year, month, product and share."""
