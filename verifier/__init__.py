"""Verifier: from a reported number to a signed statement anyone can check.

core         the method, pure            rulepacks    rules as data
audit        append-only trails          accounts     people and organisations
registry     programmes, years, units    evidence     bytes, photos
reports      what a unit hands in        engagements  one unit, one year, one body
findings     raise, answer, dispose      checks       1 boundary · 2 data · 3 site
casework     the case as a whole         statement    conclusion, review, signatures
programme    the authority's view        web          what pages share
"""
