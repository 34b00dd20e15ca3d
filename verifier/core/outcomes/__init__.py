"""What a verifier decides on a number or a source, and the verified totals that follow."""
