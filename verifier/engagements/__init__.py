"""Engagements: one unit, one year, one body; team, independence, stage and clocks."""
