"""Facts of a statement: language-independent values assembled from a case."""
