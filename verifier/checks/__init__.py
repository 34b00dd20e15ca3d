"""The three checks: 1 boundary, 2 data, 3 site. They never import each other."""
