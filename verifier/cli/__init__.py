"""The command line: `main` decides whether a command needs the app, which takes seconds to load."""
