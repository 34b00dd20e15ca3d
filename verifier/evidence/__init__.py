"""What was seen and handed in: bytes by their SHA-256, photos and files, and what each of them shows."""
