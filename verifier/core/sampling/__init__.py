"""Check 2, sampling: sample size, selection, projection of errors, and limits of each method."""
