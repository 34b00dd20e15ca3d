"""Background jobs in a database queue: mail, reminders, clean-up, large imports."""
