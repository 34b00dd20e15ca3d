"""The statement as one bilingual PDF."""

from verifier.statement.facts import StatementFacts


def render(facts: StatementFacts, language_order: tuple[str, str] = ("zh", "en")) -> bytes:
    """The whole unsigned document; the same facts give the same bytes, and a glyph the fonts lack is refused before anything is written."""
    raise NotImplementedError
