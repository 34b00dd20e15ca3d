"""Check 2: are the numbers right?"""
