"""The tasks of check 2 on the page of a case: sampling where it is begun, and what a corrected report changed unasked."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests import make
from tests.checks.data.test_sampling import agree_rest, assess_all, drawn, ladder_plan
from tests.checks.data.test_weighing_and_versions import corrected
from tests.people import Cast, sign_in
from verifier.casework import queries, tasks
from verifier.casework.queries import CaseOverview, FindingCounts, Progress
from verifier.casework.tasks import Group, Name, TaskState
from verifier.checks.data.sampling.queries import SampleProgress, SamplingStatus, items
from verifier.checks.data.versions import queries as versions
from verifier.core.lifecycle import Stage
from verifier.db import db

NOTHING, WHOLE = Progress(0, 0), Progress(3, 3)


def overview(sampling: SamplingStatus | None, changes: Progress = NOTHING) -> CaseOverview:
    worked = sampling.items if sampling else SampleProgress(0, 0, 0)
    return CaseOverview(
        WHOLE,
        WHOLE,
        WHOLE,
        WHOLE,
        WHOLE,
        1,
        0,
        FindingCounts(0, 0, 0, 0, 0),
        samples=Progress(worked.done, worked.total + worked.forced),
        sampling=sampling,
        changes=changes,
    )


NONE, OPEN, WORKED, FORCED = SampleProgress(0, 0, 0), SampleProgress(2, 9, 0), SampleProgress(9, 9, 0), SampleProgress(9, 9, 1)


@pytest.mark.parametrize(
    ("stand", "how", "ready"),
    [
        (SamplingStatus(0, 0, 0, NONE), TaskState.OPTIONAL, True),
        (SamplingStatus(3, 0, 0, NONE), TaskState.UNDER_WAY, True),
        (SamplingStatus(3, 1, 0, NONE), TaskState.UNDER_WAY, True),
        (SamplingStatus(3, 0, 1, OPEN), TaskState.UNDER_WAY, False),
        (SamplingStatus(3, 0, 1, FORCED), TaskState.UNDER_WAY, False),
        (SamplingStatus(3, 1, 1, WORKED), TaskState.UNDER_WAY, True),
        (SamplingStatus(3, 0, 1, WORKED), TaskState.DONE, True),
    ],
)
def test_sampling_is_a_task_once_it_is_begun(stand: SamplingStatus, how: TaskState, ready: bool) -> None:
    seen = overview(stand)
    grouped = tasks.tasks(Stage.CHECKING, seen, voided=False)
    (task,) = [task for group, rows in grouped if group is Group.DATA for task in rows if task.name is Name.SAMPLING]
    assert (task.how, seen.ready) == (how, ready)
    counted = sum(row.name not in tasks.OPTIONAL_TASKS for _group, rows in grouped for row in rows)
    assert tasks.progress(grouped)[1] == counted - (how is TaskState.OPTIONAL)


OPTIONAL_STEPS = [
    # stage, lines that stand out and those concluded, how the procedures and sampling stand
    (Stage.ARRANGING, Progress(0, 4), TaskState.LATER, TaskState.LATER),
    (Stage.CHECKING, Progress(0, 4), TaskState.OPTIONAL, TaskState.OPTIONAL),
    (Stage.CHECKING, Progress(1, 4), TaskState.UNDER_WAY, TaskState.OPTIONAL),
    (Stage.ISSUED, Progress(0, 4), TaskState.LEFT_OUT, TaskState.LEFT_OUT),
    (Stage.ISSUED, Progress(4, 4), TaskState.DONE, TaskState.LEFT_OUT),
    (Stage.ISSUED, NOTHING, TaskState.DONE, TaskState.LEFT_OUT),
]


@pytest.mark.parametrize(("stage", "stands_out", "analysis", "sampling"), OPTIONAL_STEPS)
def test_what_may_be_left_alone_is_optional_and_counted_at_no_stage(
    stage: Stage, stands_out: Progress, analysis: TaskState, sampling: TaskState
) -> None:
    seen = replace(overview(SamplingStatus(0, 0, 0, NONE)), analysis=stands_out)
    grouped = tasks.tasks(stage, seen, voided=False)
    rows = {task.name: task.how for _group, found in grouped for task in found}
    assert (rows[Name.ANALYSIS], rows[Name.SAMPLING]) == (analysis, sampling)
    assert tasks.progress(grouped)[1] == len(rows) - 2


@pytest.mark.parametrize(
    ("changes", "how", "ready"),
    [(NOTHING, None, True), (Progress(0, 4), TaskState.NOT_STARTED, False), (Progress(4, 4), TaskState.DONE, True)],
)
def test_unasked_changes_are_a_task_only_where_there_are_some(changes: Progress, how: TaskState | None, ready: bool) -> None:
    seen = overview(None, changes)
    rows = {task.name: task.how for _group, rows in tasks.tasks(Stage.CHECKING, seen, voided=False) for task in rows}
    assert (rows.get(Name.CHANGES), seen.ready) == (how, ready)
    assert Name.SAMPLING not in rows


def test_the_page_of_a_case_tells_how_far_sampling_is(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    db.session.commit()
    browser = sign_in(client, cast.verifier)
    page = f"/cases/{case.id}"
    assert "Risks not yet assessed" in browser.get(page).text
    assess_all(case, cast)
    made = drawn(case, cast, ladder_plan(case, cast))
    assert "1 sample drawn" in browser.get(page).text
    agree_rest(case, cast, made)
    assert queries.overview(case).samples.left == 0
    assert f'href="{page}/data/sampling"' in browser.get(f"{page}/data").text


def test_a_sampled_number_leads_to_its_sample_item(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast, workbook=make.PARK)
    assess_all(case, cast)
    made = drawn(case, cast, ladder_plan(case, cast))
    first = items(made)[0]
    page = sign_in(client, cast.verifier).get(f"/cases/{case.id}/data/register/activity/{first.parts[0]}/{first.parts[1]}").text
    assert f"/cases/{case.id}/data/sampling/1/items/{first.position}" in page


def test_changes_nobody_asked_for_are_left_to_do_and_led_to_from_case_and_finding(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    step = corrected(case, cast)
    seen = queries.overview(case)
    assert seen.changes.left == versions.progress(case).left > 0
    assert not seen.ready
    browser, page = sign_in(client, cast.verifier), f"/cases/{case.id}"
    shown = browser.get(page).text
    assert "contains unrequested changes" in shown
    assert f'href="{page}/versions"' in shown
    address = f"{page}/versions/{step.before.number}/{step.after.number}"
    assert address in browser.get(f"{page}/findings/1").text
    assert address not in sign_in(client, cast.contact).get(f"{page}/findings/1").text
