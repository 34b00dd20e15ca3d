"""Vouchers: what the numbers rest on, handed in once and linked to many; and what was asked for."""
