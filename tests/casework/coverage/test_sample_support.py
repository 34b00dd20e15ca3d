"""What a sample covers after the report was corrected, and for which numbers completing it is proposed."""

from decimal import Decimal
from pathlib import Path

from openpyxl import load_workbook

from tests import make
from tests.checks.data.test_sampling import agree_rest, assessed_ladder, drawn, note
from tests.people import Cast
from verifier.casework.coverage import queries
from verifier.checks.data.sampling import queries as sampling
from verifier.checks.data.sampling.models import Sample
from verifier.core.coverage.procedures import ProcedureMethod
from verifier.core.coverage.shortest_way import LeadKind
from verifier.core.sampling.plan import Result
from verifier.engagements.models import Engagement


def lowered(folder: Path, *months: tuple[str, str]) -> Path:
    """The park's report with some months of sources halved."""
    book = load_workbook(make.PARK)
    for row in book["activity"].iter_rows(min_row=2):
        if (row[0].value, row[1].value) in months:
            row[2].value = float(Decimal(str(row[2].value)) / 2)
    book.save(folder / "park-2021-v2.xlsx")
    return folder / "park-2021-v2.xlsx"


def methods(case: Engagement, source: str) -> dict[str, ProcedureMethod | None]:
    """How each month of a source was tested."""
    return {row.number.period: row.method for row in queries.assessment_of(case).rows if row.number.key.startswith(f"activity/{source}/")}


def worked(case: Engagement, cast: Cast) -> Sample:
    """A ladder's sample, its first item twice too high and all others right; the step that this forces is not taken."""
    made = drawn(case, cast, assessed_ladder(case, cast))
    first = sampling.items(made)[0]
    assert first.quantity is not None
    note(case, cast, made, 1, Result.DIFFERS, str(first.quantity / 2))
    agree_rest(case, cast, made)
    return made


def test_a_corrected_report_leaves_a_sample_the_months_that_did_not_change(cast: Cast, tmp_path: Path) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    made = worked(case, cast)
    items = sampling.items(made)
    wrong, other = items[0], next(row for row in items if row.parts[0] != items[0].parts[0])
    undrawn = next(month for month, method in methods(case, other.parts[0]).items() if method is ProcedureMethod.SAMPLED)
    book = lowered(tmp_path, (other.parts[0], undrawn), (wrong.parts[0], wrong.parts[1]))
    case.report_version = make.report(cast, case.unit_year, book)
    after = methods(case, other.parts[0])
    assert after.pop(undrawn) is not ProcedureMethod.SAMPLED
    assert set(after.values()) == {ProcedureMethod.SAMPLED, ProcedureMethod.ORIGINAL_RECORD}
    assert methods(case, wrong.parts[0])[wrong.parts[1]] is ProcedureMethod.ORIGINAL_RECORD, "the corrected value is the one that was found"


def test_completing_a_sample_is_proposed_for_the_sources_it_has_to_be_extended_for_and_no_others(cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    forced = sampling.items(worked(case, cast))[0].parts[0]
    missing = {row.number.key for row in queries.assessment_of(case).missing}
    proposed = {key for key, leads in queries.leads(case, missing).items() if any(lead.kind is LeadKind.OPEN_SAMPLE for lead in leads)}
    assert {key.split("/")[1] for key in proposed} == {forced}
