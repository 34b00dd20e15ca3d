"""Coverage of a case: procedures carried out on numbers, the evidence-gathering plan, deviations, and what is still missing."""
