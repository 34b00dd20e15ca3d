"""What a rule pack must contain, and how one is read and checked."""
