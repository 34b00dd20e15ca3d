"""Check 1: is the boundary complete?"""
