"""Check 2, sampling: how many, which ones, what an error in them means, and what a sample cannot find."""
