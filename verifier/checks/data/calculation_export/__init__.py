"""The working taken away: the whole recalculation as a workbook whose formulas a reviewer can follow and change."""
