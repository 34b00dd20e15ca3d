"""What happens to a finding and to its case, action by action."""

from decimal import Decimal

import pytest

from tests import make
from tests.findings.builders import SECRET, VOUCHER, finding, photo, sent
from tests.people import Cast, actor
from verifier.audit.models import TrailRow
from verifier.core.errors import Refusal
from verifier.core.findings import Check, FindingAction, FindingState
from verifier.core.lifecycle import Stage
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.evidence.queries import store
from verifier.findings import actions, queries
from verifier.findings.actions import Draft

pytestmark = pytest.mark.usefixtures("app")


def answer(of, cast: Cast, text: str = "Corrected.", files=(), version=None):
    return actions.answer(of, text, files, version, actor=actor(cast.contact), now=utcnow())


def test_findings_are_numbered_in_their_case(cast: Cast) -> None:
    case = make.engagement(cast)
    assert [finding(case, cast).label for _ in range(3)] == ["F-001", "F-002", "F-003"]


@pytest.mark.parametrize(
    ("class_code", "clause", "effect", "refused"),
    [
        ("misstatement", "4a", None, "pack"),
        ("non_conformity", "99", None, "pack"),
        ("clarification", "4a", Decimal(1), "finding.effect.not_of_class"),
        ("recommendation", "4a", Decimal(1), "finding.effect.not_of_class"),
    ],
)
def test_class_clause_and_effect_must_be_the_packs(cast: Cast, class_code: str, clause: str, effect: Decimal | None, refused: str) -> None:
    case = make.engagement(cast)
    with pytest.raises(Refusal, match=refused):
        actions.raise_finding(
            case,
            Subject("source", "S-001"),
            Check.DATA,
            actions.Draft(class_code, clause, "T", "D", effect),
            actor=actor(cast.lead),
            now=utcnow(),
        )


def test_a_finding_keeps_what_its_source_was_called(cast: Cast) -> None:
    case = make.engagement(cast)
    key = "S-001"
    raised = actions.raise_finding(
        case, Subject("source", key), Check.DATA, actions.Draft("clarification", "4a", "T", "D"), actor=actor(cast.lead), now=utcnow()
    )
    assert raised.subject_title.startswith(key)


def test_drafts_go_out_together_and_the_case_goes_with_them(cast: Cast) -> None:
    case = make.engagement(cast)
    first, second = finding(case, cast), finding(case, cast)
    sent(case, cast)
    assert (first.state, second.state, case.stage) == (FindingState.SENT, FindingState.SENT, Stage.ANSWERING)
    assert first.sent_at is not None


def test_sending_nothing_is_refused(cast: Cast) -> None:
    with pytest.raises(Refusal, match=r"finding\.send\.none"):
        sent(make.engagement(cast), cast)


def test_a_case_whose_findings_need_no_answer_stays_with_the_body(cast: Cast) -> None:
    case = make.engagement(cast)
    advice = finding(case, cast, class_code="recommendation")
    sent(case, cast)
    assert case.stage is Stage.CHECKING
    actions.accept(advice, actor=actor(cast.verifier), now=utcnow())
    assert advice.state is FindingState.CLOSED


def test_the_case_goes_back_when_the_last_finding_that_needs_an_answer_is_answered(cast: Cast) -> None:
    case = make.engagement(cast)
    first, second, _advice = finding(case, cast), finding(case, cast), finding(case, cast, class_code="recommendation")
    sent(case, cast)
    answer(first, cast)
    assert case.stage is Stage.ANSWERING
    answer(second, cast)
    assert case.stage is Stage.CHECKING


def test_withdrawing_the_last_unanswered_finding_ends_the_round(cast: Cast) -> None:
    case = make.engagement(cast)
    first, second = finding(case, cast), finding(case, cast)
    sent(case, cast)
    answer(first, cast)
    actions.withdraw(second, "Seen twice.", actor=actor(cast.lead), now=utcnow())
    assert case.stage is Stage.CHECKING


def test_an_answer_keeps_its_files_byte_for_byte(cast: Cast) -> None:
    case = make.engagement(cast)
    raised = finding(case, cast)
    sent(case, cast)
    said = answer(raised, cast, files=[VOUCHER, ("second.txt", b"more")])
    kept = queries.files_of(case, [said])[str(said.id)]
    assert [(file.filename, store().get(file.sha256)) for file in kept] == [VOUCHER, ("second.txt", b"more")]


def test_a_file_that_cannot_be_kept_refuses_the_answer(cast: Cast) -> None:
    case = make.engagement(cast)
    raised = finding(case, cast)
    sent(case, cast)
    with pytest.raises(Refusal, match=r"evidence\.file\."):
        answer(raised, cast, files=[("virus.pdf", b"MZ\x90\x00" + b"\0" * 200)])


def test_an_answer_names_only_a_released_version_of_the_same_unit(cast: Cast) -> None:
    case = make.engagement(cast)
    raised = finding(case, cast)
    sent(case, cast)
    unreleased = make.report(cast, case.unit_year, make.PARK, released=False)
    with pytest.raises(Refusal, match=r"finding\.answer\.not_released"):
        answer(raised, cast, version=unreleased)
    unreleased.unit_year_id = make.unit_year(cast, "other_unit").id
    with pytest.raises(Refusal, match=r"finding\.answer\.other_report"):
        answer(raised, cast, version=unreleased)


def test_a_correction_stands_only_in_a_version_after_the_one_the_finding_was_raised_on(cast: Cast) -> None:
    case = make.engagement(cast)
    raised = finding(case, cast)
    sent(case, cast)
    assert queries.correcting(raised) == []
    with pytest.raises(Refusal, match=r"finding\.answer\.not_newer"):
        answer(raised, cast, version=case.report_version)
    corrected = make.report(cast, case.unit_year, make.PARK)
    assert queries.correcting(raised) == [corrected]
    answer(raised, cast, version=corrected)
    assert (case.report_version, raised.report_version.number) == (corrected, 1)
    later = finding(case, cast, title="Raised on the corrected report")
    assert (later.report_version.number, queries.correcting(later)) == (2, [])


def test_the_corrected_report_is_adopted_when_the_round_ends(cast: Cast) -> None:
    case = make.engagement(cast)
    raised = finding(case, cast)
    sent(case, cast)
    corrected = make.report(cast, case.unit_year, make.PARK)
    said = answer(raised, cast, version=corrected)
    assert said.report_version_id == corrected.id
    assert case.report_version_id == corrected.id


def test_a_returned_finding_gives_the_case_back_to_the_unit(cast: Cast) -> None:
    case = make.engagement(cast)
    raised = finding(case, cast)
    sent(case, cast)
    answer(raised, cast)
    actions.return_(raised, "The voucher is of another month.", actor=actor(cast.verifier), now=utcnow())
    assert (raised.state, case.stage) == (FindingState.RETURNED, Stage.ANSWERING)
    answer(raised, cast, "Here is the right one.")
    assert [exchange.text for exchange in raised.exchanges] == ["Corrected.", "The voucher is of another month.", "Here is the right one."]
    assert (raised.state, case.stage) == (FindingState.ANSWERED, Stage.CHECKING)


@pytest.mark.parametrize(
    ("class_code", "action", "state"),
    [
        ("non_conformity", FindingAction.ESTIMATE, FindingState.ESTIMATED),
        ("non_conformity", FindingAction.CARRY_OVER, None),
        ("non_conformity", FindingAction.REPORT_UNCORRECTED, None),
        ("clarification", FindingAction.ESTIMATE, None),
        ("recommendation", FindingAction.CARRY_OVER, FindingState.CARRIED_OVER),
        ("recommendation", FindingAction.ESTIMATE, None),
    ],
)
def test_a_finding_is_resolved_only_as_its_class_admits(
    cast: Cast, class_code: str, action: FindingAction, state: FindingState | None
) -> None:
    case = make.engagement(cast)
    raised = finding(case, cast, class_code=class_code)
    sent(case, cast)
    if state is None:
        with pytest.raises(Refusal, match=r"finding\.disposition\.not_of_class"):
            actions.resolve(raised, action, "No data.", actor=actor(cast.lead), now=utcnow())
    else:
        actions.resolve(raised, action, "No data.", actor=actor(cast.lead), now=utcnow())
        assert raised.state is state
        assert raised not in queries.open_findings(case)


@pytest.mark.parametrize("action", [FindingAction.RETURN, FindingAction.WITHDRAW, FindingAction.ESTIMATE])
def test_what_others_must_understand_carries_its_reason(cast: Cast, action: FindingAction) -> None:
    case = make.engagement(cast)
    raised = finding(case, cast)
    sent(case, cast)
    answer(raised, cast)
    do = {
        FindingAction.RETURN: actions.return_,
        FindingAction.WITHDRAW: actions.withdraw,
        FindingAction.ESTIMATE: lambda of, reason, **by: actions.resolve(of, FindingAction.ESTIMATE, reason, **by),
    }
    with pytest.raises(Refusal, match=r"finding\.reason\.missing"):
        do[action](raised, "  ", actor=actor(cast.lead), now=utcnow())


def test_a_draft_is_edited_only_on_the_state_its_writer_saw(cast: Cast) -> None:
    raised = finding(make.engagement(cast), cast)
    mine = Draft("clarification", "4b", "Mine", "Mine.")
    actions.edit_draft(raised, mine, raised.version, actor=actor(cast.verifier), now=utcnow())
    assert (raised.title, raised.class_code, raised.clause) == ("Mine", "clarification", "4b")
    with pytest.raises(Refusal) as refused:
        actions.edit_draft(raised, Draft("clarification", "4b", "Yours", "Yours."), 1, actor=actor(cast.lead), now=utcnow())
    assert refused.value.values == {"theirs": "Mine", "yours": "Yours"}


def test_what_was_sent_is_not_edited(cast: Cast) -> None:
    case = make.engagement(cast)
    raised = finding(case, cast)
    sent(case, cast)
    with pytest.raises(Refusal, match=r"finding\.edit\.not_draft"):
        actions.edit_draft(raised, Draft("clarification", "4b", "T", "D"), raised.version, actor=actor(cast.lead), now=utcnow())


@pytest.mark.parametrize(
    ("stage", "may"),
    [(Stage.ARRANGING, False), (Stage.CHECKING, True), (Stage.ANSWERING, True), (Stage.TO_COUNTERSIGN, False), (Stage.ISSUED, False)],
)
def test_a_finding_is_raised_only_while_the_case_is_checked(cast: Cast, stage: Stage, may: bool) -> None:
    case = make.engagement(cast, stage)
    if may:
        assert finding(case, cast).state is FindingState.DRAFT
    else:
        with pytest.raises(Refusal, match=r"lifecycle\.check\.not_now"):
            finding(case, cast)


def test_a_photo_is_put_to_a_finding_once(cast: Cast) -> None:
    case = make.engagement(cast)
    raised, shown = finding(case, cast), photo(case, cast, Subject("checklist_item", "boundary"))
    actions.put_photo(raised, shown, actor=actor(cast.verifier), now=utcnow())
    assert queries.photos_of(raised) == [shown]
    with pytest.raises(Refusal, match=r"finding\.photo\.already"):
        actions.put_photo(raised, shown, actor=actor(cast.verifier), now=utcnow())


def test_a_withdrawn_finding_no_longer_stands_on_its_subject(cast: Cast) -> None:
    case = make.engagement(cast)
    kept, gone = finding(case, cast), finding(case, cast)
    actions.withdraw(gone, "Raised twice.", actor=actor(cast.lead), now=utcnow())
    assert queries.by_subject(case, "checklist_item", ["data"]) == {"data": [kept]}
    assert queries.counts(case)[FindingState.WITHDRAWN] == 1


def test_every_action_is_in_the_trail_and_the_note_for_the_team_in_none_of_its_rows(cast: Cast) -> None:
    case = make.engagement(cast)
    raised, gone = finding(case, cast), finding(case, cast)
    actions.edit_draft(raised, Draft("non_conformity", "4a", "T", "D", None, SECRET + "!"), 1, actor=actor(cast.lead), now=utcnow())
    actions.withdraw(gone, "Raised twice.", actor=actor(cast.lead), now=utcnow())
    sent(case, cast)
    answer(raised, cast)
    actions.return_(raised, "No.", actor=actor(cast.lead), now=utcnow())
    answer(raised, cast)
    actions.accept(raised, actor=actor(cast.lead), now=utcnow())
    rows = list(db.session.query(TrailRow).filter_by(trail=str(case.id)).order_by(TrailRow.number))
    assert [row.action.split(":", 1)[1] for row in rows if row.action.startswith("finding:")] == [
        "finding:raised",
        "finding:raised",
        "finding:edited",
        "finding:withdrawn",
        "findings:sent",
        "finding:answered",
        "findings:all_answered",
        "finding:returned",
        "finding:answered",
        "findings:all_answered",
        "finding:resolved",
    ]
    assert not [row for row in rows if SECRET in str(row.detail)]
