"""The public check: whether a PDF is the issued statement, an edited copy of it, or none of ours."""
