"""Passwords, second factors, links, sessions, throttling; the steps of signing in."""
