"""An installation under the EU rules, worked over HTTP: a corrected error, and two uncorrected ones of opposite signs."""

from datetime import timedelta
from decimal import Decimal

from openpyxl.workbook import Workbook

from tests.desk import Desk
from tests.statement.park_walk import confirm_boundary, parts, saved_as
from tests.walk import Clock, hand_in, refuses
from verifier.core.site import ChecklistOutcome
from verifier.demo.coverage import page_with
from verifier.demo.workbooks import CODE
from verifier.rulepacks.load import load

PACK = "eu-ets/2018.3"
FINAL = {"K-1": 60_000, "K-2": 40_000, "K-3": 15_000, "K-4": 5_000}
"""t CO2 of each kiln in the final report: 120,000 together."""
CORRECTED = 4_200
"""What the first version of K-1 says too much."""
OVERSTATED = 2_400
"""What K-3 says too much, and leaves so."""
FACTOR = Decimal("0.5")
UNEVEN = (-60, -50, -41, -32, -23, -14, 9, 18, 27, 41, 57, 68)
"""What each month has beyond a twelfth, t of limestone; they add up to nothing."""


def workbook(*, corrected: bool) -> tuple[str, bytes]:
    """The operator's report, with the error in K-1 or without; the electricity it buys does not count."""
    tonnes = FINAL | ({} if corrected else {"K-1": FINAL["K-1"] + CORRECTED})
    book = Workbook()
    unit = book.active
    unit.title = "unit"
    facts = {"programme": "eu-ets", "emission_year": 2021, "unit_name": "Riverside Park Services", "credit_code": CODE, "sector": "lime"}
    for row in (("field", "value"), *facts.items()):
        unit.append(row)
    sheets: dict[str, list[tuple[object, ...]]] = {
        "facilities": [("facility_id", "name", "in_boundary"), ("P-1", "Lime works", "yes")],
        "sources": [("source_id", "facility_id", "name", "category", "fuel", "meter_id", "in_plan", "reported_tco2")],
        "activity": [("source_id", "period", "quantity", "unit", "basis", "document", "missing_hours")],
        "factors": [("source_id", "parameter", "value", "unit", "basis", "table", "reference")],
        "meters": [("meter_id", "model", "location", "accuracy", "calibrated_on", "valid_until")],
        "totals": [("category", "reported_tco2"), ("process", sum(tonnes.values())), ("total", sum(tonnes.values()))],
    }
    for place, (key, year) in enumerate(tonnes.items(), 1):
        sheets["sources"].append((key, "P-1", f"Kiln {place}", "process", "limestone", f"W-{place}", "yes", year))
        sheets["meters"].append((f"W-{place}", "belt weigher", f"kiln {place}", "0.5", "2020-06-15", "2024-06-14"))
        sheets["factors"].append((key, "ef", str(FACTOR), "tCO2/t", "measured", "", "Laboratory report 2021"))
        month = Decimal(year) / FACTOR / 12
        for number, beyond in enumerate(UNEVEN, 1):
            amount = float(round(month, 1) + beyond + place * (number % 3 - 1)) if number < 12 else None
            sheets["activity"].append((key, f"2021-{number:02d}", amount, "t", "meter", f"{key}-2021-{number:02d}.csv", 0))
        given = sum(Decimal(str(row[2])) for row in sheets["activity"][-12:-1])
        sheets["activity"][-1] = (key, "2021-12", float(Decimal(year) / FACTOR - given), "t", "meter", f"{key}-2021-12.csv", 0)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return saved_as(book, f"lime-2021-v{2 if corrected else 1}.xlsx")


def prepare(desk: Desk) -> None:
    """Boundary, category with its source, risks, and the plan approved before anything is tested."""
    confirm_boundary(desk)
    assert "Estimated conservatively" in desk.get("lead", "materiality").text
    stated = {"basis": "plan", "code": "B", "source": "Approved monitoring plan 3.1, section 2"}
    desk.send("lead", "materiality", stated, to="/materiality/category")
    refuses(desk, "Sources without an assessed risk: 4", "The evidence-gathering plan has not been approved")
    keys = desk.get("lead", "data/sampling/risk").form("/risk").offered["keys"]
    risk = {"keys": keys, "inherent": "medium", "control": "low", "reason": "Belt weighers, read by one system."}
    desk.send("lead", "data/sampling/risk", risk, to="/risk")
    desk.send("lead", "coverage", to="/coverage/plan")


def cover(desk: Desk) -> None:
    """Weighing records for the quantities, the laboratory's report for the factors."""
    refuses(desk, "Numbers not tested as the rules require: 52")
    trace(desk, "activity", "original_record", "weighing-2021.pdf")
    trace(desk, "factor", "factor_traced", "laboratory-2021.pdf")


def visit(desk: Desk, clock: Clock) -> None:
    """One day on site."""
    first = clock.today() + timedelta(days=1)
    people = {"place": "Lime works", "body_people": ["Lead", "Verifier"], "unit_people": "Contact"}
    desk.send("lead", "visits/new", {**parts("starts_on", first), **parts("ends_on", first), **people})
    clock.forward(desk, days=1)
    for item in load(PACK).checklist:
        desk.send("verifier", f"site/{item.code}", {"outcome": ChecklistOutcome.IN_ORDER.value, "note": "As recorded."}, to="/answer")
    clock.forward(desk, days=2)


def find(desk: Desk, source: str, effect: int | None, class_code: str = "misstatement") -> None:
    """A finding on a source, with what it says too much or too little: reported − correct."""
    clause = "misstatement" if effect is not None else "plan"
    words = {"title": f"Weighing of {source}", "description": f"The weighing records of {source} show another quantity."}
    form = {"class_code": class_code, "clause": clause, "effect": "" if effect is None else str(effect), **words}
    desk.send("lead", f"findings/new?check=data&subject_kind=source&subject_id={source}", form)


def answer(desk: Desk, unit_year: str) -> None:
    """A1 is corrected in version 2, B1 without a new version; A2 and A3 stay in the report."""
    desk.send("lead", "findings", to="/findings/send")
    hand_in(desk, unit_year, workbook(corrected=True), 2)
    desk.send("contact", "findings/1/answer", {"text": "Corrected in version 2.", "report_version": "2"})
    for number in (2, 3, 4):
        desk.send("contact", f"findings/{number}/answer", {"text": "See the weighing records; the report is left as it is."})
    refuses(desk, "Unresolved findings (4): A1, A2, A3, B1")
    for number, decision in ((1, "accept"), (2, "report_uncorrected"), (3, "report_uncorrected"), (4, "accept")):
        desk.send("lead", f"findings/{number}/judge", {"decision": decision, "text": "As the records show."})


def decide(desk: Desk, understated: int) -> None:
    """What recalculates is agreed in bulk, but not a source with an error left in it: that one has its correct figure."""
    desk.send("verifier", "data", {"all": "1"}, to="/agree-data")
    refuses(desk, "sources without an outcome: 2")
    agreed = {"outcome": "agreed", "note": "Recalculates exactly."}
    assert "A2 stays uncorrected" in desk.refused("lead", "data/K-2", agreed)
    for source, correct in (("K-2", FINAL["K-2"] + understated), ("K-3", FINAL["K-3"] - OVERSTATED)):
        desk.send("lead", f"data/{source}", {"outcome": "differs", "verified": str(correct), "note": "Weighing records."})


def trace(desk: Desk, kind: str, method: str, name: str) -> None:
    """A document of the operator, opened for all numbers of a kind that nothing covers yet."""
    desk.send("contact", "vouchers/new", {"file": (name, page_with(name)), "title": name, "period": "2021"}, to="/vouchers/new")
    numbers = f"coverage/numbers?state=missing&kind={kind}"
    document = max(desk.get("verifier", numbers).form("/coverage/record").offered["voucher"])
    form = {"scope": "filtered", "method": method, "voucher": document, "page": "1"}
    desk.send("verifier", numbers, form, to="/coverage/record")
