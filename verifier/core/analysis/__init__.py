"""Check 2, analytical procedures: the report against last year, its own months, its production and its own total."""
