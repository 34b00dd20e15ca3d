"""Characters that nobody sees do not make two keys of one."""

import pytest

from verifier.core.report.rows import code_of, period_of, plain_text


@pytest.mark.parametrize("invisible", ["\u200b", "\u200c", "\u200d", "\ufeff", "\u2060", "\u00ad", "\u200e", "\u202c"])
def test_an_invisible_character_in_a_key_changes_nothing(invisible: str) -> None:
    assert plain_text(f"E-{invisible}001{invisible}") == "E-001"
    assert period_of(f"2021-03{invisible}") == "2021-03"
    assert code_of(f"外购{invisible}电力") == "purchased_electricity"
