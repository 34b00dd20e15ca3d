"""Documents in addition to the statement: China's document-review form."""
