"""Check 1: is everything in that should be?"""
