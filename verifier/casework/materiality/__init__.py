"""Materiality of a case: what check 1 leaves out and check 2 finds wrong, weighed together."""
