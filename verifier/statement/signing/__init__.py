"""The certificate authority, signing keys, and the three signatures in their order."""
