"""What a unit hands in for a year: reports and plans, version by version; the workbook reader."""
