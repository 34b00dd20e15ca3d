"""Calculation export: the recalculation as a workbook with live formulas."""
