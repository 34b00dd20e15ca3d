"""Supporting documents, uploaded once and linked to many numbers; and evidence requests."""
