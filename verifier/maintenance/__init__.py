"""What keeps an installation whole: sweeping after a kill, backup and restore, and the doctor who names what is wrong with it."""
