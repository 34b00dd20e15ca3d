"""Check 2, sampling: risk assessment, plan, one draw, and results."""
