"""What a statement says: gathered from a case as values, the same in every language."""
