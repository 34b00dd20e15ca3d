"""The demo: people and cases at every stage, built by the same deeds as the pages."""
