"""Coverage: which procedures were carried out on each number, what the rules require, and what is still missing."""
