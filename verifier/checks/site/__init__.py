"""Check 3: is it really there?"""
