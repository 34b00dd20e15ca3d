"""Engagements of a body for a unit that were carried out outside this system, so that rotation and independence count them."""
