"""The park, worked over HTTP: a sample whose first step finds an error, a visit on its days, a silent change, a tenant's electricity."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from tests import make
from tests.desk import Desk
from tests.statement.test_reconciled import restate
from tests.walk import Clock, hand_in, refuses
from verifier.checks.data.sampling import queries as sampling
from verifier.checks.data.sampling.models import SampledItem
from verifier.core.sampling.plan import Result
from verifier.db import db
from verifier.demo.coverage import page_with
from verifier.engagements.models import Engagement
from verifier.rulepacks.load import load

PACK = "beijing/2021.3"
TENANT, LOWERED = "X-001", "E-061"
FACTOR = Decimal("0.604")
TENANTS_MONTH = 175
"""MWh a month, metered all year: 2,100; the contract is from April, so that 1,575 stand."""


def workbook() -> Workbook:
    """The park's report, with a deduction of a tenant's electricity all year."""
    book = load_workbook(make.PARK)
    tonnes = float(12 * TENANTS_MONTH * FACTOR)
    book["sources"].append([TENANT, "B061", "Tenant, building 61", "exported_electricity", "grid electricity", "M-X-001", "yes", tonnes])
    book["meters"].append(["M-X-001", "pulse meter", "tenant's room, building 61", "1.0", "2019-06-15", "2023-06-14"])
    for month in range(1, 13):
        book["activity"].append([TENANT, f"2021-{month:02d}", TENANTS_MONTH, "MWh", "meter", f"X-001-2021-{month:02d}.csv", 0])
    book["factors"].append(
        ["*:exported_electricity:grid electricity", "ef", str(FACTOR), "tCO2/MWh", "default", "F_beijing", "Beijing grid electricity"]
    )
    restate(book)
    return book


def saved_as(book: Workbook, name: str) -> tuple[str, bytes]:
    """The workbook as a file."""
    out = BytesIO()
    book.save(out)
    return name, out.getvalue()


def lower(book: Workbook, source: str, month: str, less: Decimal) -> None:
    """Lower one month of a source, and its stated tonnes with it."""
    row = next(row for row in book["activity"].iter_rows(min_row=2) if (row[0].value, row[1].value) == (source, month))
    row[2].value = float(Decimal(str(row[2].value)) - less)
    stated = next(row for row in book["sources"].iter_rows(min_row=2) if row[0].value == source)
    stated[7].value = float(round(Decimal(str(stated[7].value)) - less * FACTOR, 2))


KINDS = (("facilities", "facility"), ("sources", "source"))


def confirm_boundary(desk: Desk) -> None:
    """Everything without contrary evidence, kind by kind."""
    for kind, one in KINDS:
        if desk.get("verifier", f"boundary/{kind}").offered("all"):
            desk.send("verifier", f"boundary/{kind}", {"all": "1"}, to=f"/confirm/{one}")


def dismiss_alerts(desk: Desk) -> None:
    """All of them, for one reason."""
    reason = "The meter's record explains it; the rule for missing data was kept."
    desk.send("verifier", "data/flags?state=undisposed", {"all": "1", "reason": reason}, to="/flags/dismiss")


def draw_sample(desk: Desk, case: Engagement) -> SampledItem:
    """Risks of all sources, a plan by the ladder, the draw; the item that will be found wrong."""
    for at in ("data/sampling/risk", "data/sampling/risk?page=2"):
        keys = desk.get("lead", at).form("/risk").offered["keys"]
        risk = {"keys": keys, "inherent": "low", "control": "low", "reason": "Sub-meters are read by one system."}
        desk.send("lead", at, risk, to="/risk")
    basis = "Many small sources with one kind of meter."
    drawn = desk.send("lead", "data/sampling/plan/ladder", {"kind": "data", "reading": "strict", "basis": basis}, to="/plan/ladder")
    desk.send("lead", drawn, to="/draw")
    refuses(desk, "items not tested, or samples that an error requires to be extended: 420")
    (sample,) = sampling.live(case)
    return next(row for row in sampling.items(sample) if row.parts[0].startswith("E-") and row.quantity and row.quantity > 5)


def work_sample(desk: Desk, case: Engagement, wrong: SampledItem) -> None:
    """One item is 1 MWh too much, all others agree; the step of its source is forced up and worked."""
    assert wrong.quantity is not None
    item, found = f"data/sampling/1/items/{wrong.position}", wrong.quantity - 1
    desk.send("lead", item, {"result": Result.DIFFERS.value, "found": f"{found:f}", "note": "Reading log of the meter."})
    agree_sampled(desk, case)
    refuses(desk, "an error requires to be extended: 1", "wrong items with neither a finding nor a reason why none is needed: 1")
    desk.send("lead", item, {"then": "raise", "class_code": "non_conformity", "clause": "4a"}, to="/error")
    weighed = {"cause": "Copied from the month before.", "nature": "Isolated.", "effect": "0.604 t overstated."}
    desk.send("lead", f"data/sampling/1/extend?stratum={wrong.parts[0]}", {"to": "1/2", **weighed}, to="/extend")
    refuses(desk, "items not tested")
    agree_sampled(desk, case)


def agree_sampled(desk: Desk, case: Engagement) -> None:
    """Every item that is open, those of all pages at once."""
    db.session.expire_all()
    still = [str(row.position) for row in sampling.items(sampling.live(case)[0]) if not row.result]
    desk.send("lead", "data/sampling/1?state=open", {"keys": still}, to="/agree")


def ask_for_invoices(desk: Desk) -> None:
    """A request for the largest source; open, then answered with the invoices, then accepted."""
    due = make.some_day(20)
    asked = {"numbers": "E-059", "asked": "Invoices of the grid company, all months."}
    desk.send("lead", "requests/new", {**asked, **parts("due", due)})
    refuses(desk, "Open evidence requests (1): R-1")
    given = {"file": ("invoices-E-059.pdf", page_with("Invoices E-059, 2021")), "title": "Invoices of E-059"}
    desk.send("contact", "vouchers/new?request=1", given, to="/vouchers/new")
    refuses(desk, "Open evidence requests (1): R-1")
    desk.send("lead", "requests/1", {"decision": "accept"}, to="/requests/1/judge")


def parts(name: str, day: date) -> dict[str, str]:
    """The three boxes of a date."""
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def visit(desk: Desk, clock: Clock, case: Engagement) -> None:
    """Two days, planned the day before; the checklist answered on them; no conclusion before they are over."""
    first = clock.today() + timedelta(days=1)
    people = {"place": "Boiler house and substation", "body_people": ["Lead", "Verifier"], "unit_people": "Contact"}
    desk.send("lead", "visits/new", {**parts("starts_on", first), **parts("ends_on", first + timedelta(days=1)), **people})
    refuses(desk, "checklist items not completed", "has not passed: 1")
    clock.forward(desk, days=1)
    for item in load(case.pack_id).checklist:
        desk.send("verifier", f"site/{item.code}", {"outcome": "in_order", "note": "现场查看，与记录一致。"}, to="/answer")
    page = refuses(desk, "has not passed")
    assert "checklist items" not in page.text
    clock.forward(desk, days=2)


def correct(desk: Desk, unit_year: str, wrong: SampledItem) -> None:
    """The finding goes out; version 2 corrects its month, and lowers another that nobody asked for."""
    refuses(desk, "F-001")
    desk.send("lead", "findings", to="/findings/send")
    book = workbook()
    lower(book, wrong.parts[0], wrong.parts[1], Decimal(1))
    lower(book, LOWERED, "2021-05", Decimal(10))
    restate(book)
    hand_in(desk, unit_year, saved_as(book, "park-2021-v2.xlsx"), 2)
    desk.send("contact", "findings/1/answer", {"text": "Corrected in version 2.", "report_version": "2"})
    refuses(desk, "F-001", "no finding requested")
    desk.send("lead", "findings/1/judge", {"decision": "accept"})


def accept_change(desk: Desk) -> None:
    """The silent lowering is not decided by agreeing to what recalculates; it is accepted with a reason."""
    confirm_boundary(desk)
    desk.send("verifier", "data", {"all": "1"}, to="/agree-data")
    refuses(desk, "no finding requested")
    keys = desk.get("lead", "versions/1/2").form("/accept").offered["keys"]
    assert len(keys) == 2
    reason = "The meter was read again: 49.0846 MWh, seen in its register."
    desk.send("lead", "versions/1/2", {"keys": keys, "reason": reason}, to="/accept")


def decide_on_tenant(desk: Desk) -> None:
    """The contract is from April: 1,575 of 2,100 MWh stand; the figure is the verifier's own."""
    stand = 9 * TENANTS_MONTH * FACTOR
    form = {"outcome": "differs", "verified": f"-{stand}", "note": "Contract with the tenant from 1 April 2021: 1,575 MWh."}
    desk.send("lead", f"data/{TENANT}", form)
    refuses(desk, f"why none is needed (1): {TENANT}")
    told = "The unit was told; the verified figure has the months from April only."
    desk.send("lead", f"data/{TENANT}", {**form, "no_finding": told})


def cover(desk: Desk) -> None:
    """Invoices for electricity, the export of the readings for the rest; each seen for many numbers at once."""
    refuses(desk, "Numbers not tested as the rules require")
    for category, method, name in (
        ("purchased_electricity", "voucher", "electricity-invoices-2021.pdf"),
        ("stationary_combustion", "original_record", "gas-readings-2021.pdf"),
        ("exported_electricity", "voucher", "tenant-settlement-2021.pdf"),
    ):
        desk.send("contact", "vouchers/new", {"file": (name, page_with(name)), "title": name, "period": "2021"}, to="/vouchers/new")
        numbers = f"coverage/numbers?state=missing&kind=activity&category={category}"
        document = desk.get("verifier", numbers).form("/coverage/record").offered["voucher"]
        form = {"scope": "filtered", "method": method, "voucher": max(document), "page": "1"}
        desk.send("verifier", numbers, form, to="/coverage/record")
