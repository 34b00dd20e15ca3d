"""The method, pure: the standard library and nothing else.

No clock, database, request or language: `now`, the actor and calendars are passed in.

report        what a unit submitted                    calculation   quantities, factors, methods, results
datachecks    data alerts, tolerances, resolutions     analysis      analytical procedures
sampling      how many, which ones, what errors mean   outcomes      decisions and what they add up to
opinion       materiality, and which opinion may be given
rulepack      what a rule pack contains                boundary · findings · site · lifecycle · independence · chain
"""
