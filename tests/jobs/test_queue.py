"""What the queue promises, job by job."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.people import Cast, actor
from verifier.accounts.models import Organisation
from verifier.core.errors import Refusal
from verifier.db import db, utcnow
from verifier.jobs import queries, worker
from verifier.jobs.actions import enqueue, try_again
from verifier.jobs.models import Job, State
from verifier.jobs.task_registry import task
from verifier.jobs.worker import JobRun

SEEN: list[object] = []


@task("test.note", forget=True)
def note(_work: JobRun, *, text: str) -> None:
    SEEN.append(text)


@task("test.fails", tries=3)
def fails(_work: JobRun, *, who: str) -> None:
    db.session.add(Organisation(kind="unit", name=f"half done for {who}", created_at=utcnow()))
    db.session.flush()
    raise ConnectionRefusedError(111, f"no one there for {who}")


@task("test.refuses", tries=1)
def refuses(_work: JobRun) -> None:
    raise Refusal("data.sample.exists")


@task("test.counts")
def counts(work: JobRun) -> None:
    work.progress(40, 100, "jobs.progress.reading")
    db.session.rollback()
    job = db.session.get_one(Job, work.id)
    SEEN.append((job.state, job.progress_done, job.progress_total, job.progress_words))


@task("test.robbed")
def robbed(work: JobRun) -> None:
    """Somebody else is given the job while this run believes it holds it."""
    with worker.writing(), db.engine.begin() as own:
        own.execute(update(Job).where(Job.id == work.id).values(leased_by="another"))
    db.session.add(Organisation(kind="unit", name="written without a lease", created_at=utcnow()))


@task("test.hourly", every=timedelta(hours=1))
def hourly(_work: JobRun) -> None:
    SEEN.append("hourly")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    SEEN.clear()


def do_all(app: Flask) -> int:
    """Do what is due as a worker would; how many."""
    done = 0
    db.session.rollback()
    while True:
        with app.app_context():
            if not worker.run_next():
                return done
        done += 1


def due_now() -> None:
    db.session.execute(update(Job).values(run_at=utcnow()))
    db.session.commit()


def test_a_action_rolled_back_takes_its_job_with_it(app: Flask) -> None:
    enqueue("test.note", now=utcnow(), text="never")
    db.session.rollback()
    assert do_all(app) == 0
    assert SEEN == []


def test_a_job_is_done_once_its_action_is_committed_and_then_forgets_what_it_was_told(app: Flask) -> None:
    job = enqueue("test.note", now=utcnow(), text="link")
    db.session.commit()
    assert (do_all(app), SEEN) == (1, ["link"])
    db.session.refresh(job)
    assert (job.state, job.arguments, job.leased_by) == (State.DONE, {}, None)
    assert do_all(app) == 0


def test_the_same_key_is_one_job_however_often_it_is_asked_for(app: Flask) -> None:
    first = enqueue("test.note", key="once", now=utcnow(), text="first")
    assert enqueue("test.note", key="once", now=utcnow(), text="second").id == first.id
    db.session.commit()
    do_all(app)
    enqueue("test.note", key="once", now=utcnow(), text="third")
    db.session.commit()
    assert (do_all(app), SEEN) == (0, ["first"])


def test_a_job_waits_for_its_time(app: Flask) -> None:
    enqueue("test.note", now=utcnow(), run_at=utcnow() + timedelta(hours=1), text="later")
    db.session.commit()
    assert do_all(app) == 0


def test_what_fails_is_undone_tried_later_and_given_up_without_saying_who_it_was_about(app: Flask) -> None:
    job = enqueue("test.fails", now=utcnow(), who="contact@example.org")
    db.session.commit()
    waits = []
    for _attempt in range(3):
        before = utcnow()
        assert do_all(app) == 1
        db.session.refresh(job)
        waits.append(round((job.run_at - before).total_seconds() / 5))
        db.session.commit()
        assert do_all(app) == 0
        due_now()
    assert waits[:2] == [1, 3]
    assert (job.state, job.attempts, job.last_error) == (State.GAVE_UP, 3, "ConnectionRefusedError 111")
    assert db.session.scalar(select(func.count()).select_from(Organisation).where(Organisation.name.startswith("half"))) == 0
    assert queries.given_up() == 1


def test_a_refusal_is_kept_by_its_message_id(app: Flask) -> None:
    job = enqueue("test.refuses", now=utcnow())
    db.session.commit()
    do_all(app)
    db.session.refresh(job)
    assert (job.state, job.last_error) == (State.GAVE_UP, "data.sample.exists")


def test_an_administrator_gives_it_another_try_and_only_then(app: Flask, cast: Cast) -> None:
    job = enqueue("test.refuses", now=utcnow())
    with pytest.raises(Refusal, match=r"jobs\.job\.not_given_up"):
        try_again(job, actor=actor(cast.admin), now=utcnow())
    db.session.commit()
    do_all(app)
    db.session.refresh(job)
    try_again(job, actor=actor(cast.admin), now=utcnow())
    db.session.commit()
    assert job.state is State.WAITING
    assert do_all(app) == 1


def test_a_job_that_takes_its_worker_with_it_each_time_is_given_up(app: Flask) -> None:
    job = enqueue("test.refuses", now=utcnow())
    job.attempts, job.leased_by, job.leased_until = 1, "a worker that died", utcnow() - timedelta(seconds=1)
    db.session.commit()
    assert do_all(app) == 0
    db.session.refresh(job)
    assert (job.state, job.last_error) == (State.GAVE_UP, "the worker died each time")


def test_a_job_on_lease_is_left_alone(app: Flask) -> None:
    job = enqueue("test.note", now=utcnow(), text="mine")
    job.leased_by, job.leased_until = "somebody", utcnow() + timedelta(seconds=30)
    db.session.commit()
    assert do_all(app) == 0


def test_a_run_that_lost_its_lease_keeps_nothing(app: Flask) -> None:
    job = enqueue("test.robbed", now=utcnow())
    db.session.commit()
    do_all(app)
    db.session.refresh(job)
    assert (job.done_at, job.leased_by) == (None, "another")
    assert db.session.scalar(select(Organisation).where(Organisation.name == "written without a lease")) is None


def test_progress_is_seen_while_the_job_runs(app: Flask) -> None:
    enqueue("test.counts", now=utcnow())
    db.session.commit()
    do_all(app)
    assert SEEN == [(State.RUNNING, 40, 100, "jobs.progress.reading")]


def test_what_comes_back_by_itself_comes_once_in_its_span_whoever_asks(app: Flask) -> None:
    now = utcnow()
    for moment in (now, now, now + timedelta(hours=1)):
        worker.schedule(moment, {})
    kinds = db.session.scalars(select(Job.key).where(Job.kind == "test.hourly").order_by(Job.key)).all()
    span = int(now.timestamp() // 3600)
    assert kinds == [f"span:{span}", f"span:{span + 1}"]


def test_what_is_wanted_at_once_is_done_by_who_commits(app: Flask) -> None:
    enqueue("test.note", now=utcnow(), at_once=True, text="now")
    assert SEEN == []
    db.session.commit()
    assert SEEN == ["now"]
    enqueue("test.fails", now=utcnow(), at_once=True, who="nobody")
    db.session.commit()
    assert queries.counts()[("test.fails", State.WAITING)] == 1
