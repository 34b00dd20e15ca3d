"""What a number rests on: what looks wrong with it in this case, not only in the report alone."""

from tests import make
from tests.people import Cast, actor
from verifier.checks.data.numbers import basis
from verifier.checks.data.numbers import queries as numbers
from verifier.checks.data.references import actions as references
from verifier.db import utcnow


def test_a_number_shows_what_looks_wrong_by_the_bodys_own_tolerance(cast: Cast) -> None:
    case = make.engagement(cast)

    def flagged() -> set[tuple[str, str, str | None]]:
        rows = (line.number for line in numbers.of_source(case, "E-000"))
        return {(flag.code, row.number_key, flag.period) for row in rows for flag in basis.of(case, row).flags}

    before = flagged()
    references.set_tolerance(case, "outlier", "1.0001", "Every month is to be looked at", actor=actor(cast.lead), now=utcnow())
    references.set_tolerance(case, "outlier_weight", "0", "However light", actor=actor(cast.lead), now=utcnow())
    added = flagged() - before
    assert {code for code, _key, _period in added} == {"outlier"}
    assert all(key.endswith(period or "") or (period or "") in key for _code, key, period in added)
