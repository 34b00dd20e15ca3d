"""Conclusion, independent review, signatures, the PDF and the public check of it."""
