"""Check 2, versions: changes in a corrected report, requested by findings or unrequested."""
