"""Public verification: whether a PDF is the issued statement, a modified copy, or not issued here."""
