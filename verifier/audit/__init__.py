"""Append-only audit trails: one per case and one for the installation; rows are written only by `record()`."""
