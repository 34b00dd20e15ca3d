"""The case as a whole: its overview, the three checks side by side, what is still missing."""
