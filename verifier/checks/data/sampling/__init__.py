"""Check 2, sampling: risk first, then a plan in words, one draw, and what it showed."""
