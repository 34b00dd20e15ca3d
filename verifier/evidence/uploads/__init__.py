"""Resumable uploads (tus 1.0): files on their way into a case, kept until a form hands them in."""
