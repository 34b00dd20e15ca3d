"""Check 2, what looks wrong: every flag becomes a finding or is dismissed with a reason."""
