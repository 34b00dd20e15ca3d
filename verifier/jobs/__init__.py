"""Jobs: what is done after the answer, kept in a table until it is done: mail, reminders, sweeping, big imports."""
