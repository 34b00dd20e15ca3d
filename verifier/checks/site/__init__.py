"""Check 3: site visit."""
