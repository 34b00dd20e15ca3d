"""Materiality: errors together against the threshold, with a body's own planning threshold and what is material by nature."""
