"""Check 2, data alerts: every flag is raised as a finding or dismissed with a reason."""
