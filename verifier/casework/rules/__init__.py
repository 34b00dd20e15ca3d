"""The rule pack a case is worked under, and its move to a newer version."""
