"""Emission reports and plans of a unit's year, version by version; the workbook reader."""
