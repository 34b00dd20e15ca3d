"""The stopwatch: what things cost beside the bare work they cannot do without, measured in turns in one run."""
