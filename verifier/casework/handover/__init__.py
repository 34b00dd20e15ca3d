"""Hand-over: what a leaving person holds goes to named colleagues, and the account is disabled."""
