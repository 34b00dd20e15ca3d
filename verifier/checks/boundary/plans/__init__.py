"""The sources of a monitoring plan that the verification body was given as a document, entered in check 1."""
