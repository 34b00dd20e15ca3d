"""What is asked of every route by every person, and how an answer reads in the table of `routes.txt`."""

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from flask_babel import refresh
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests import big, make
from tests.checks.boundary.builders import enter
from tests.people import Cast, actor, sign_in
from tests.rulepacks.builders import SIX_DAYS, newer_beijing
from tests.statement.builders import give_key
from verifier.accounts import actions as accounts
from verifier.accounts import requests as account_requests
from verifier.accounts.authentication import crypto
from verifier.accounts.models import SignedInSession
from verifier.checks.data.references import actions as references
from verifier.checks.data.sampling import actions as sampling
from verifier.checks.data.sampling import queries
from verifier.checks.data.vouchers import actions as vouchers
from verifier.checks.data.vouchers import request_actions
from verifier.checks.site import actions as site
from verifier.core.access import Role
from verifier.core.actor import INSTALLATION
from verifier.core.earlier_work import WorkKind
from verifier.core.evidence_requests import NumberKey
from verifier.core.findings import Check
from verifier.core.lifecycle import Stage
from verifier.core.sampling.plan import Method, Plan
from verifier.core.sampling.tonneunit import TonneUnitPlan
from verifier.core.site import VisitPlan
from verifier.core.subject import Subject
from verifier.db import db, utcnow
from verifier.demo import workbooks
from verifier.engagements.models import TeamMember
from verifier.engagements.references.models import ReferenceKind
from verifier.evidence import actions as evidence
from verifier.evidence.queries import attachments_of, store
from verifier.findings import actions as findings
from verifier.jobs.actions import enqueue
from verifier.registry.earlier_engagements import actions as earlier
from verifier.registry.earlier_engagements.actions import EngagementEntry
from verifier.reports import queries as reports
from verifier.reports import report_intake
from verifier.rulepacks.load import load
from verifier.statement.models import SigningKey
from verifier.web.downloads import large

TABLE = Path(__file__).with_name("routes.txt")
PEOPLE = (
    "nobody",
    "admin",
    "manager",
    "assessor",
    "coordinator",
    "lead",
    "verifier",
    "expert",
    "reviewer",
    "signatory",
    "invited",
    "contact",
    "contributor",
    "responsible",
    "other_coordinator",
    "other_contact",
)
KEYS = {"invited": "colleague"}
PLACE = re.compile(r"<(?:[a-z]+(?:\([^)]*\))?:)?([a-z_]+)>")
WORDS = {"+": "allowed", "-": "403", "0": "404", "s": "led to sign in"}


@dataclass(frozen=True)
class World:
    """A case with something of every kind in it, and what the addresses are filled with."""

    app: Flask
    values: dict[str, str]


def small(folder: Path, sources: int) -> Path:
    """A workbook of so few sources that a page of it costs little."""
    file = folder / f"park-of-{sources}.xlsx"
    file.write_bytes(big.workbook(big.park(12 * sources)))
    return file


def build(app: Flask, workbook: Path = make.PARK_WITH_ERRORS, later: Path = make.PARK, source: str = "E-095") -> World:
    """A case under way: a finding sent and answered with a file, a visit, a photo, an undeclared member, and spare rows to act on."""
    cast, now = Cast(), utcnow()
    spare = accounts.create_user(cast.org("body"), "spare@example.org", "Spare", actor=actor(cast.admin), now=now)
    case = make.engagement(cast, Stage.CHECKING, workbook)
    for person, role in ((cast.colleague, Role.VERIFIER), (spare, Role.TECHNICAL_EXPERT)):
        db.session.add(TeamMember(engagement=case, user=person, role=role, named_by=cast.coordinator.id, named_at=now))
    day = now.date()
    visit = site.plan_visit(case, VisitPlan(day, day, "Boiler house", ("Lead", "Verifier"), ("Contact",)), actor=actor(cast.lead), now=now)
    item = load(case.pack_id).checklist[0].code
    photo = evidence.add_photos(
        case.id, case.stage, Subject("checklist_item", item), workbooks.photos()[:1], "Meter", actor=actor(cast.verifier), now=now
    ).stored[0]
    for number in (1, 2):
        findings.raise_finding(
            case,
            Subject("source", source),
            Check.DATA,
            findings.Draft("non_conformity", load(case.pack_id).clauses[0].code, f"Finding {number}", "Look."),
            actor=actor(cast.lead),
            now=now,
        )
    sent = findings.send_all(case, actor=actor(cast.lead), now=now)
    said = findings.answer(sent[0], "Here it is.", [("voucher.csv", b"month,quantity\n1,2\n")], actor=actor(cast.contact), now=now)
    findings.put_photo(sent[0], photo, actor=actor(cast.lead), now=now)
    findings.raise_finding(
        case,
        Subject("source", source),
        Check.DATA,
        findings.Draft("non_conformity", load(case.pack_id).clauses[0].code, "Finding 3", "Look."),
        actor=actor(cast.lead),
        now=now,
    )
    asked = Plan(Method.TONNE_UNIT, "added", tonnes=TonneUnitPlan(Fraction(1, 20), Fraction(10_000)))
    things = queries.population(case, "added")
    sample = sampling.plan_sample(case, asked, things, sampling.SampleRequest(basis="Many small meters."), actor=actor(cast.lead), now=now)
    sampling.draw_sample(case, sample, "routes", actor=actor(cast.lead), now=now)
    token = SignedInSession(user_id=spare.id, token_hash="0" * 64, created_at=now, last_seen_at=now, address="::1", browser="")
    db.session.add(token)
    db.session.flush()
    shown, _new = vouchers.submit(
        case,
        vouchers.GivenVoucher("meter.jpg", store().get(photo.original_sha256), "Meter"),
        keys=[NumberKey(source)],
        by_unit=True,
        actor=actor(cast.contact),
        now=now,
    )
    request_actions.request_evidence(case, [NumberKey(source)], "", "Invoices.", "", day, actor=actor(cast.lead), now=now)
    plan = references.keep_workbook(
        case,
        ReferenceKind.PLAN,
        "plan.xlsx",
        later.read_bytes(),
        already=reports.report_of(case.report_version),
        actor=actor(cast.lead),
        now=now,
    )
    entered = enter(case, cast, source)
    make.report(cast, case.unit_year, later)
    newer_beijing(app, SIX_DAYS)
    values = {
        "entry_id": earlier_engagement(cast),
        "method": "tonne_unit",
        "position": 1,
        "before": 1,
        "after": 2,
        "mark_id": uuid4(),
        "comment_id": uuid4(),
        "procedure_id": uuid4(),
        "deviation_id": uuid4(),
        "voucher_id": shown.id,
        "statement_id": uuid4(),
        "link_id": shown.links[0].id,
        "page": 1,
        "request_number": 1,
        "workbook_id": plan.id,
        "plan_id": entered.id,
        "workbook_kind": "plan",
        "procedure": "months",
        "line_key": f"months/source/{source}/2021-07",
        "tolerance_code": "outlier",
        "programme": "beijing",
        "version": "2021.3",
        "engagement_id": case.id,
        "unit_year_id": case.unit_year_id,
        "year_id": case.unit_year.year_id,
        "number": 1,
        "kind": "source",
        "key": source,
        "source_key": source,
        "number_key": f"reported/{source}",
        "item_code": item,
        "photo_id": photo.id,
        "copy": "preview",
        "shown_id": uuid4(),
        "file_hash": "0" * 64,
        "visit_id": visit.id,
        "at": report_intake.wait_for(case.unit_year, b"waits", "large.xlsx", "", actor=actor(cast.contact), now=now),
        "attachment_id": attachments_of(case.id, "exchange", [str(said.id)])[0].id,
        "waiting_id": waiting_key(cast).id,
        "request_id": account_requests.ask_email(spare, "other@example.org", actor=INSTALLATION, now=now).id,
        "session_id": token.id,
        "key_id": give_key(cast.lead).id,
        "passkey_id": token.id,
        "user_id": spare.id,
        "organisation_id": cast.org("other_unit").id,
        "token": "nobody-was-given-this",
        "filename": "css/tokens.css",
        "job_id": enqueue("jobs.sweep", key="routes", now=now).id,
        "download_id": finished_download(cast),
        "member_id": next(member.id for member in case.team if member.user_id == spare.id),
    }
    db.session.commit()
    return World(app, {name: str(value) for name, value in values.items()})


def finished_download(cast: Cast) -> UUID:
    """A large list of cases that the manager asked for, and that is made."""
    key = uuid4()
    sealed = {name: crypto.sealed(large.PURPOSE, text) for name, text in {"address": "/cases?export=xlsx", "name": "Cases.xlsx"}.items()}
    job = enqueue(large.KIND, key=str(key), now=utcnow(), person=str(cast.manager.id), sha256=store().put(b"rows"), **sealed)
    job.done_at = utcnow()
    return key


def earlier_engagement(cast: Cast) -> UUID:
    """An engagement that the body entered."""
    entry = EngagementEntry("Riverside Park Services", "91110105MA01A2B3C4", 2019, "beijing", WorkKind.VERIFICATION, "S-2019")
    return earlier.enter(entry, actor=actor(cast.coordinator), now=utcnow()).id


def waiting_key(cast: Cast) -> SigningKey:
    """A signing key that waits for approval."""
    key = give_key(cast.colleague)
    key.approved_at = None
    db.session.flush()
    return key


def routes(app: Flask) -> list[tuple[str, Rule]]:
    """Every method of every route, but those Flask answers by itself and old addresses that only redirect."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.redirect_to is None]
    found = [(method, rule) for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    return sorted(found, key=lambda pair: (pair[1].rule, pair[0]))


def name(method: str, rule: Rule) -> str:
    """A route as the table names it."""
    return f"{method} {PLACE.sub(_named, rule.rule)}"


def _named(found: re.Match[str]) -> str:
    return f"<{found[1]}>"


def address(world: World, rule: Rule) -> str:
    """A route's address in the case of the table."""
    return PLACE.sub(lambda found: world.values[found[1]], rule.rule)


def answered(world: World, method: str, rule: Rule, person: str, language: str = "en-GB") -> TestResponse:
    """What a person is answered, from a browser of their own."""
    client: FlaskClient = world.app.test_client()
    if person != "nobody":
        sign_in(client, getattr(Cast(), KEYS.get(person, person)))
    refresh()  # the context of the test outlives its requests, and with it the language of the one before
    return client.open(address(world, rule), method=method, headers={"Accept-Language": language}, buffered=True)


def ask(world: World, method: str, rule: Rule, person: str) -> str:
    """One sign for what a person is answered."""
    answer = answered(world, method, rule, person)
    answer.close()
    if answer.status_code == 303 and "/sign-in" in answer.headers.get("Location", ""):
        return "s"
    assert answer.status_code < 500, f"{name(method, rule)} as {person}: {answer.status_code}"
    return {403: "-", 404: "0"}.get(answer.status_code, "+")


def table() -> dict[str, str]:
    """Route → one sign a person, in the order of PEOPLE."""
    lines = [line for line in TABLE.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return {line[: -len(PEOPLE)].strip(): line[-len(PEOPLE) :] for line in lines}
