"""The authority's view: progress of every case of a year."""
