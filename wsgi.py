"""What a server imports."""

from verifier.app import create_app

app = create_app()
