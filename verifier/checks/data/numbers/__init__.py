"""Every number of a report: the register, the months of a source side by side, and one page a number."""
