"""Working papers of the independent review: decisions, comments with their answers, and numbers the reviewer re-performs."""
