"""Writing transactions of one process queue for SQLite's lock instead of polling for it."""

from contextvars import copy_context
from statistics import median
from threading import Event, Thread
from time import perf_counter, sleep

from flask import Flask
from sqlalchemy import event, text

from verifier.db import db, lock_patience, writing


def waited_after_release(app: Flask) -> float:
    """Seconds between the end of one writer and the beginning of the one that has waited for it."""
    begun, held = Event(), Event()
    times = {}

    def second() -> None:
        begun.set()
        with app.app_context(), writing():
            db.session.execute(text("SELECT 1"))
            times["second"] = perf_counter()
            db.session.commit()
            db.session.remove()
        held.set()

    with writing():
        db.session.execute(text("SELECT 1"))
        waiting = Thread(target=copy_context().run, args=(second,))
        waiting.start()
        begun.wait()
        sleep(0.35)
        db.session.commit()
        times["first"] = perf_counter()
    assert held.wait(10)
    waiting.join()
    return times["second"] - times["first"]


def test_a_writer_that_waits_begins_as_soon_as_the_one_before_it_ends(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        return
    db.session.remove()
    assert median(waited_after_release(app) for _ in range(5)) < 0.03


def test_a_rollback_and_a_timed_out_wait_both_leave_the_queue(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        return
    db.session.remove()
    failed = []

    def impatient() -> None:
        lock_patience.set(600)
        with app.app_context(), writing():
            try:
                db.session.execute(text("SELECT 1"))
            except Exception as error:  # whatever says that the lock was not got
                failed.append(str(error))
            db.session.remove()

    with writing():
        db.session.execute(text("SELECT 1"))
        other, since = Thread(target=impatient), perf_counter()
        other.start()
        other.join()
        waited = perf_counter() - since
        db.session.rollback()
    assert "database is locked" in failed[0]
    assert waited < 1
    assert waited_after_release(app) < 0.3


def test_what_follows_a_commit_may_write_at_once(app: Flask) -> None:
    db.session.remove()
    took = []

    def follow(_session: object) -> None:
        since = perf_counter()
        with app.app_context(), writing():
            db.session.execute(text("SELECT 1"))
            db.session.commit()
        took.append(perf_counter() - since)

    with writing():
        db.session.execute(text("SELECT 1"))
        event.listen(db.session, "after_commit", follow, once=True)
        db.session.commit()
    assert took[0] < 1


def test_writers_are_admitted_in_the_order_in_which_they_come(app: Flask) -> None:
    db.session.remove()
    order: list[int] = []

    def write(number: int) -> None:
        with app.app_context(), writing():
            db.session.execute(text("SELECT 1"))
            order.append(number)
            sleep(0.01)
            db.session.commit()

    with writing():
        db.session.execute(text("SELECT 1"))
        others = [Thread(target=write, args=(number,)) for number in range(6)]
        for each in others:
            each.start()
            sleep(0.05)
        db.session.commit()
    for each in others:
        each.join()
    assert order == list(range(6)) or db.engine.dialect.name != "sqlite"
