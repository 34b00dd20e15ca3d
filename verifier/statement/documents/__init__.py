"""Documents beside the statement: China's document-review form."""
