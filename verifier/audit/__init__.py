"""The append-only trails: one for each case, one for the installation; `record()` is their only door."""
