"""What a reporting unit submitted: rows, readings by month, numbers by natural key, fingerprints, differences between versions."""
