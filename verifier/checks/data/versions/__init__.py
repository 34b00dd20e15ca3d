"""Check 2, versions: what a corrected report changed, who asked for it, and what nobody asked for."""
