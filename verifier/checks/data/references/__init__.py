"""What stands beside the report: last year's, the monitoring plan, and the tolerances a body set for itself."""
