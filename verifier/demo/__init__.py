"""The demo: people and cases at every stage, built by the same actions as the pages."""
