"""Who is told of what: the event table, and the tasks and mails that follow from it."""
