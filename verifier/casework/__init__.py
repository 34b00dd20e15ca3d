"""The case as a whole: overview, progress of the three checks, missing items."""
