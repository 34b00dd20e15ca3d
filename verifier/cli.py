"""The command line; see `verifier --help`."""

def main() -> None:
    """Placeholder replaced below."""
