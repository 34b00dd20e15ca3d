"""The statement as a bilingual PDF."""
