"""References of a report: last year's report, the monitoring plan, and the body's own tolerances."""
