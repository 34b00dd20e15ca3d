"""Packs are data: each value with its source, each defect named by file, key and reason."""

import copy
import re
import tomllib
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests import make
from verifier.config import TRANSLATIONS
from verifier.core.calculation.recalculation import calculate
from verifier.core.chain import canonical_json
from verifier.core.datachecks.codes import FLAG_CODES, UNREQUESTED_CHANGE
from verifier.core.errors import Refusal
from verifier.core.rulepack import reading
from verifier.core.rulepack.pack import CALCULATED_FROM, RulePack
from verifier.core.rulepack.parts import Origin, Text
from verifier.core.rulepack.reader import rules_of
from verifier.reports.wording import FLAG_NAMES
from verifier.reports.workbook import reader
from verifier.rulepacks import calendars, load
from verifier.rulepacks.contents import SECTIONS, lines


def catalogue() -> Catalog:
    with (Path(TRANSLATIONS) / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


BEIJING = load.SHIPPED / "beijing" / "2021.toml"


def data() -> dict[str, Any]:
    return tomllib.loads(BEIJING.read_text("utf-8"))


def test_every_shipped_pack_is_well_formed() -> None:
    assert load.check() == []
    assert "beijing/2021" in load.available()


def test_a_pack_says_its_id_version_and_the_hash_of_its_resolved_content() -> None:
    pack = load.load("beijing/2021.1")
    assert (pack.id, pack.version, pack.programme) == ("beijing/2021.1", "2021.1", "beijing")
    assert pack.sha256 == sha256(canonical_json(load.source_of("beijing/2021.1").data)).hexdigest()


SHIPPED_FILES = {
    "beijing/2021": "ad3566fa9b8d1c50056485b12e2917423d7945b2112b947e510b381cdbe4baf6",
    "beijing/2021.1": "a4d8ae70dd1fb4c67a9a6b7fc22c69f5c71a2a5fb7718673f3772070baaece81",
    "beijing/2021.2": "69d5f2f1a295097fcd7d771eb2ca30ae6cc1948af8e6e910bd02991238568940",
    "beijing/2021.3": "d942807fa921ee788b5d0be4b8925bd599cb904d35741069bfdb10b9ef034dfc",
    "china-national/2021": "07f17a5aeac78f5e40359b829770a9be01a44184bd4f7dbbbe81bf7198d8815b",
    "china-national/2021.1": "271f99c79bad0fa4afa224995946863bbc4627f1f0734f4f06c4f1fc573ddd26",
    "china-national/2021.2": "e321f12edab338914497afab7b2e8d3582a39f7878e27c0aa99300e6854bd8f0",
    "china-national/2021.3": "637a2a165ffed73e2b3d6ad582557d0a8f88a28384ca73b98dd47181a11b4cdf",
    "eu-ets/2018": "a230e622233d6b027c8fb1fafbc2851678d30ad645cfc1a65374ae6f66388e8a",
    "eu-ets/2018.1": "c017672037c1e3b2c8b4a04c933e2eb86d9097a7099122c6be5ae82571a90bdf",
    "eu-ets/2018.2": "519c6bd39b46034122dc8ee5ac5f5e9210b9b4b9975f37eb7e4a3fc187e2bb7c",
    "eu-ets/2018.3": "eb0d503cbc1d78ae00d22ca2a1e33d9d23f6b273390d6baea9fd8ebe42d272ac",
    "iso-14064-3/2019": "db47a1280a19b4572d50a1737816933c90121418900edccbcd5c2bf397494794",
    "iso-14064-3/2019.1": "1a275a36e26b38be0595a903cad2bb8bb6f42084fa54e4aa23485339356ec7e5",
    "iso-14064-3/2019.2": "1783fefa2ad2f3a687b3d23864de7046263aa6edb571d234339b9ca70597302b",
    "iso-14064-3/2019.3": "442870967f416fb12f250f71e0bbfe87943dbb9ae040a0d127b42b6dc5b9d5b2",
}
"""The SHA-256 of the file of each shipped pack: a released pack is superseded by a new version, never edited."""


def test_no_shipped_pack_was_edited() -> None:
    files = {pack_id: sha256((load.SHIPPED / f"{pack_id}.toml").read_bytes()).hexdigest() for pack_id in load.available()}
    assert files == SHIPPED_FILES


@pytest.mark.parametrize("pack_id", [pack_id for pack_id in SHIPPED_FILES if "." not in pack_id])
def test_a_case_opened_when_the_hash_was_over_the_file_keeps_its_pack(pack_id: str) -> None:
    assert load.pinned(pack_id, SHIPPED_FILES[pack_id]).id == pack_id


def test_the_hash_of_the_file_of_a_pack_that_extends_another_does_not_tell_its_content() -> None:
    with pytest.raises(Refusal, match=r"pack\.changed"):
        load.pinned("beijing/2021.1", SHIPPED_FILES["beijing/2021.1"])


def test_a_pack_nobody_has_is_refused() -> None:
    with pytest.raises(Refusal, match=r"pack\.not_found"):
        load.load("../beijing/2021")
    for odd in ("beijing/../beijing/2021", "beijing", "beijing/2021/", "/etc/passwd", "beijing/20\x0021", ""):
        with pytest.raises(Refusal, match=r"pack\.not_found"):
            load.load(odd)


def test_beijing_gives_no_threshold_and_says_why() -> None:
    pack = load.load("beijing/2021")
    assert pack.materiality is None
    assert "阈值" in pack.materiality_reason.in_("zh_Hans_CN")


def test_what_is_reported_but_does_not_count() -> None:
    pack = load.load("beijing/2021")
    assert {category.code for category in pack.categories if not category.counts} == {"mobile_combustion"}
    assert {category.code for category in pack.categories if category.sign < 0} == {
        "exported_electricity",
        "exported_heat",
        "mass_balance_out",
    }


@pytest.mark.parametrize(
    ("fuel", "parameter", "written"),
    [("natural gas", "ncv", "389.31"), ("天然气", "carbon_content", "0.01530"), ("Diesel", "oxidation", "98")],
)
def test_defaults_keep_the_digits_of_the_published_table(fuel: str, parameter: str, written: str) -> None:
    factor = load.load("beijing/2021").factor_for("固定燃烧", fuel, parameter)
    assert factor is not None
    assert factor.written == written


def test_suggested_dates_of_2021_were_merged() -> None:
    pack = load.load("beijing/2021")
    assert set(pack.suggested_dates_for(2021).values()) == {date(2022, 7, 31)}
    assert pack.suggested_dates_for(2022)["report_due"] == date(2023, 3, 31)


def likely(clause: str, flag: str) -> dict[str, Any]:
    return {"code": clause, "flags": [flag], "source": "made up", "basis": "practice"}


SPOILED = [
    (lambda pack: pack.pop("zone"), "zone", "is missing"),
    (lambda pack: pack["categories"][0].pop("source"), "categories[0].source", "is missing"),
    (lambda pack: pack["rounding"].update(source={"en": "only English"}), "rounding.source", "must be text, or have en and zh"),
    (lambda pack: pack["rounding"].update(basis="heard"), "rounding.basis", "must be one of read, known, practice, unstated"),
    (lambda pack: pack["opinions"][0]["name"].pop("zh"), "opinions[0].name", "must have en and zh"),
    (lambda pack: pack["factors"][0].update(value=24.5), "factors[0].value", "must be a number written as text"),
    (lambda pack: pack.update(colour="red"), "colour", "is not a key of a rule pack"),
    (lambda pack: pack["materiality"].update(share="5"), "materiality.share", "must be a share between 0 and 1, written as text"),
    (lambda pack: pack["clocks"][0].update(days=-1), "clocks[0].days", "must be a whole number, 0 or more"),
    (lambda pack: pack["checklist"][0].update(clause="99"), "checklist.doc_basic_facts.clause", "no clause '99'"),
    (lambda pack: pack["clauses"].append(pack["clauses"][0]), "clauses.1", "the code stands twice"),
    (lambda pack: pack.update(version="2022"), "id", "is not programme/version"),
    (lambda pack: pack.pop("calendar"), "calendar", "is missing: time limits are counted in its working days"),
    (lambda pack: pack["categories"][0].update(code="Burnt"), "categories.Burnt", "no report can name it: it is read as 'burnt'"),
    (lambda pack: pack["categories"][0].update(code="burnt"), "categories.burnt", "no method is admitted for it"),
    (lambda pack: pack["factors"][0].update(category="burnt"), "factors[0].category", "no category 'burnt'"),
    (lambda pack: pack["factors"][0].update(unit="furlong"), "factors[0].unit", "no unit 'furlong'"),
    (lambda pack: pack["suggested_dates"][0].update(month=2, day=30), "suggested_dates.report_due", "there is no day 30 in month 2"),
    (
        lambda pack: [opinion.update(positive=True) for opinion in pack["opinions"]],
        "opinions",
        "at least one positive and one negative opinion are needed",
    ),
    (lambda pack: pack.update(unstated="all"), "unstated", "must be a table"),
    (lambda pack: pack.update(unstated={"zone": {"en": "x", "zh": "x"}}), "unstated.zone", "is not a section that may be unstated"),
    (lambda pack: pack.update(unstated={"clocks": {"en": "x", "zh": "x"}}), "unstated.clocks", "the section is stated as well"),
    (
        lambda pack: (pack.pop("retention", None), pack.update(unstated={"retention": {"en": "x"}})),
        "unstated.retention",
        "must have en and zh",
    ),
    (lambda pack: pack.update(likely_clauses=[likely("4a", "outlierx")]), "likely_clauses.4a.flags", "no alert 'outlierx'"),
    (lambda pack: pack.update(likely_clauses=[likely("99", "outlier")]), "likely_clauses.99.code", "no clause '99'"),
    (
        lambda pack: pack.update(likely_clauses=[likely("4a", "outlier"), likely("4b", "outlier")]),
        "likely_clauses",
        "'outlier' stands under two clauses",
    ),
]


@pytest.mark.parametrize(("spoil", "key", "reason"), SPOILED, ids=[row[1] for row in SPOILED])
def test_every_defect_is_named_by_its_key(spoil: Any, key: str, reason: str) -> None:
    pack = copy.deepcopy(data())
    spoil(pack)
    assert (key, reason) in reading.problems(pack)
    with pytest.raises(Refusal, match=r"pack\.malformed"):
        reading.parse(pack)


def test_every_defect_is_named_at_once() -> None:
    pack = copy.deepcopy(data())
    pack["zone"], pack["clocks"][1]["days"] = "", "5"
    del pack["opinions"][0]["basis"]
    assert reading.problems(pack) == [
        ("clocks[1].days", "must be a whole number, 0 or more"),
        ("opinions[0].basis", "is missing"),
        ("zone", "must be text"),
    ]


def test_whatever_stands_in_place_of_a_value_is_named_and_never_breaks_the_reader() -> None:
    for section in data():
        for odd in (None, "", 7, [], {}, [7], [{}], {"x": {}}):
            assert all(key and reason for key, reason in reading.problems(data() | {section: odd}))


def test_sections_are_shown_that_a_pack_can_have_and_no_others() -> None:
    top = {"id", "version", "programme", "name", "calendar", "zone", "unstated"}
    assert set(SECTIONS) == set(reading.sections()) - top


@pytest.mark.parametrize("pack_id", load.available())
def test_a_source_told_in_a_sentence_is_told_in_both_languages_and_names_no_notes_of_ours(pack_id: str) -> None:
    """A clause's source is the document it stands in, by its title."""
    raw = load.source_of(pack_id).data
    told = [line.source for language in ("en", "zh") for line in lines(raw, language)]
    assert not [source for source in told if "rules.md" in source or "not re-read" in source]
    prose = {line.source for line in lines(raw, "zh") if line.section not in ("clauses", "checklist", "steps", "statement_forms")}
    assert not [source for source in prose if re.search(r"not stated|unless|counts|of ours|as practitioners|check before", source)]


def test_the_origin_of_a_value_has_its_words_in_both_languages() -> None:
    origins = {table.code: table.origin for table in load.load("beijing/2021").tables}
    assert origins["F_beijing"].words == Text(origins["F_beijing"].source, "北京市核算指南（2013），据业内引用，使用前请核对")
    assert Origin("GB/T 32150", "read").words == Text("GB/T 32150", "GB/T 32150")


def test_an_own_pack_adds_and_never_replaces(tmp_path: Path) -> None:
    own = tmp_path / "beijing"
    own.mkdir()
    (own / "2021.toml").write_bytes(BEIJING.read_bytes())
    named = BEIJING.read_text("utf-8").replace('"beijing/2021"', '"beijing/house-2021"')
    named = named.replace('version = "2021"', 'version = "house-2021"')
    (own / "house-2021.toml").write_text(named, "utf-8")
    (own / "broken.toml").write_text("id = ", "utf-8")
    assert load.load("beijing/house-2021", tmp_path).version == "house-2021"
    assert load.load("beijing/2021", tmp_path).sha256 == load.load("beijing/2021").sha256
    assert [(Path(file).name, key) for file, key, _ in load.check(tmp_path)] == [("2021.toml", "id"), ("broken.toml", "")]


@pytest.mark.parametrize(
    ("line", "other", "defect"),
    [
        ('calendar = "CN"', 'calendar = "XX"', ("calendar", "no calendar 'XX': there is CN")),
        ('zone = "Asia/Shanghai"', 'zone = "Asia/Beijing"', ("zone", "no time zone 'Asia/Beijing'")),
    ],
)
def test_a_calendar_and_a_time_zone_must_be_known(tmp_path: Path, line: str, other: str, defect: tuple[str, str]) -> None:
    own = tmp_path / "beijing"
    own.mkdir()
    text = BEIJING.read_text("utf-8").replace('"beijing/2021"', '"beijing/own"').replace('version = "2021"', 'version = "own"')
    (own / "own.toml").write_text(text.replace(line, other), "utf-8")
    assert [(key, reason) for _file, key, reason in load.check(tmp_path)] == [defect]


WORKING_DAYS = [
    (date(2021, 9, 30), 1, date(2021, 10, 8)),
    (date(2021, 10, 8), 1, date(2021, 10, 9)),
    (date(2022, 3, 1), 5, date(2022, 3, 8)),
    (date(2022, 1, 28), 1, date(2022, 1, 29)),
    (date(2022, 1, 30), 1, date(2022, 2, 7)),
    (date(2022, 3, 8), -5, date(2022, 3, 1)),
    (date(2022, 3, 8), 0, date(2022, 3, 8)),
]


@pytest.mark.parametrize(("day", "count", "due"), WORKING_DAYS)
def test_working_days_follow_the_state_councils_swapped_weekends(day: date, count: int, due: date) -> None:
    assert calendars.add_working_days(day, count) == due
    assert calendars.working_days_between(day, due) == count


def test_a_year_without_announced_swaps_is_provisional() -> None:
    assert not calendars.is_provisional(2022)
    assert calendars.is_provisional(2099)
    with pytest.raises(Refusal, match=r"pack\.calendar\.unknown"):
        calendars.adder("XX")


def test_a_recalculation_reads_no_section_that_is_not_compared_before_a_case_moves() -> None:
    pack = load.load("beijing/2021.1")
    others = [rule.name for rule in rules_of(RulePack) if rule.name not in CALCULATED_FROM]
    bare = replace(pack, **dict.fromkeys(others))
    report = reader.read(make.PARK_WITH_ERRORS.read_bytes(), 2021, ("Riverside Park Services",))
    assert calculate(report, bare) == calculate(report, pack)
    assert bare.calculates_like(pack)
    assert not replace(pack, factors=pack.factors[1:]).calculates_like(pack)


def test_every_alert_that_can_be_raised_has_its_sentence_and_its_name() -> None:
    sentences = {message.id.split(".")[1] for message in catalogue() if str(message.id).startswith("flag.")}
    assert sentences == FLAG_CODES
    assert FLAG_NAMES.keys() == FLAG_CODES | {UNREQUESTED_CHANGE}


@pytest.mark.parametrize("pack_id", load.newest())
def test_every_alert_has_a_clause_under_which_its_finding_is_likely(pack_id: str) -> None:
    pack = load.load(pack_id)
    assert [code for code in sorted(FLAG_CODES | {UNREQUESTED_CHANGE}) if pack.likely_clause(code) is None] == []
