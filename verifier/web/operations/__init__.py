"""For machines and operators: health, metrics, the request log, and what is out of order around the app."""
