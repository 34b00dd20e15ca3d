"""Several requests that start at the same moment, and the fields of a form as a page shows them."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from threading import Barrier

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.people import sign_in
from verifier.accounts.models import User
from verifier.db import db


def browser(house: Flask, person: User) -> FlaskClient:
    """A browser in which the person is signed in."""
    return sign_in(house.test_client(), person)


def at_once(*requests: Callable[[], TestResponse]) -> list[TestResponse]:
    """The answers to requests that all wait for each other before they begin."""
    db.session.commit()
    db.session.remove()
    gate = Barrier(len(requests))

    def ask(request: Callable[[], TestResponse]) -> TestResponse:
        gate.wait(30)
        return request()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(ask, requests))


def statuses(answers: list[TestResponse]) -> list[int]:
    """What was answered, whoever came first."""
    return sorted(answer.status_code for answer in answers)


def refused(answers: list[TestResponse]) -> TestResponse:
    """The answer of the one who came second."""
    (late,) = [answer for answer in answers if answer.status_code == 409]
    return late


def hidden(page: TestResponse, name: str) -> str:
    """The value of the last hidden field of that name."""
    found = re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page.text)
    return unescape(found[-1])
