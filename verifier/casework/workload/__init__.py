"""Load and deadlines of a body's people across its cases."""
