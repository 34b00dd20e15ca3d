"""The opinion: how errors compare with materiality, and which opinions the results permit."""
