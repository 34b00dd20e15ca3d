"""Evidence: content-addressed bytes (SHA-256), photos and files, and the subjects they show."""
