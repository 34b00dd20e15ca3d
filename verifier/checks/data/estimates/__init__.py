"""Check 2, conservative estimates: the figure used where a non-conformity stays open."""
