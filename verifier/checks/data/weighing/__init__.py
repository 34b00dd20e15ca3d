"""Check 2, materiality: errors together, live, with a body's own planning threshold and what is material by nature."""
