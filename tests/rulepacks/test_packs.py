"""Packs are data: each value with its source, each defect named by file, key and reason."""

import copy
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from verifier.core.errors import Refusal
from verifier.core.rulepack import reading
from verifier.core.rulepack.parts import Origin, Text
from verifier.rulepacks import calendars, load
from verifier.rulepacks.contents import lines

BEIJING = load.SHIPPED / "beijing" / "2021.toml"


def data() -> dict[str, Any]:
    return tomllib.loads(BEIJING.read_text("utf-8"))


def test_every_shipped_pack_is_well_formed() -> None:
    assert load.check() == []
    assert "beijing/2021" in load.available()


def test_a_pack_says_its_id_version_and_the_hash_of_its_file() -> None:
    pack = load.load("beijing/2021")
    assert (pack.id, pack.version) == ("beijing/2021", "2021")
    assert len(pack.sha256) == 64


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
]


@pytest.mark.parametrize(("spoil", "key", "reason"), SPOILED, ids=[row[1] for row in SPOILED])
def test_every_defect_is_named_by_its_key(spoil: Any, key: str, reason: str) -> None:
    pack = copy.deepcopy(data())
    spoil(pack)
    assert (key, reason) in reading.problems(pack)
    with pytest.raises(Refusal, match=r"pack\.malformed"):
        reading.parse(pack)


@pytest.mark.parametrize("pack_id", ["beijing/2021", "china-national/2021", "eu-ets/2018", "iso-14064-3/2019"])
def test_a_source_told_in_a_sentence_is_told_in_both_languages_and_names_no_notes_of_ours(pack_id: str) -> None:
    """A clause's source is the document it stands in, by its title."""
    raw = tomllib.loads((load.SHIPPED / f"{pack_id}.toml").read_text("utf-8"))
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
