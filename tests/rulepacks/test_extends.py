"""A pack may extend another: tables merge by key, rows by code, what falls away is named, and every changed value names its source."""

from pathlib import Path
from typing import Any

import pytest

from verifier.core.errors import Refusal
from verifier.core.rulepack.extending import Resolved, extended, resolve
from verifier.rulepacks import load

ORIGIN = {"source": "Notice 7", "basis": "read"}
BASE: dict[str, Any] = {
    "id": "x/1",
    "zone": "UTC",
    "name": {"en": "Old", "zh": "旧"},
    "rounding": {"places": 0, "mode": "half_up", "source": "Law", "basis": "read"},
    "clocks": [
        {"code": "first", "days": 5, "before": True, "source": "Law", "basis": "read"},
        {"code": "second", "days": 7, "source": "Law", "basis": "read"},
    ],
    "clauses": [{"code": "4", "source": "Law"}, {"code": "4.1", "source": "Law"}],
    "factors": [
        {"table": "A", "fuel": {"en": "coal", "zh": "煤"}, "parameter": "ef", "value": "2"},
        {"table": "A", "fuel": {"en": "coal", "zh": "煤"}, "parameter": "ncv", "value": "20"},
    ],
    "unstated": {"rotation": {"en": "No.", "zh": "无"}, "tables": {"en": "No.", "zh": "无"}},
}


def changed(**changes: Any) -> dict[str, Any]:
    found, defects = extended(BASE, changes)
    assert defects == []
    return found


def test_a_value_of_its_own_takes_the_place_of_the_earlier_one_and_the_rest_stays() -> None:
    found = changed(zone="Asia/Shanghai", rounding={"places": 2, **ORIGIN})
    assert (found["zone"], found["rounding"]) == ("Asia/Shanghai", {"places": 2, "mode": "half_up", **ORIGIN})
    assert found["clauses"] == BASE["clauses"]


def test_a_row_is_changed_where_its_code_is_known_and_added_where_it_is_not() -> None:
    found = changed(clocks=[{"code": "third", "days": 1, **ORIGIN}, {"code": "second", "days": 9, **ORIGIN}])["clocks"]
    assert [(row["code"], row["days"]) for row in found] == [("first", 5), ("second", 9), ("third", 1)]


def test_a_default_factor_is_known_by_its_table_fuel_and_parameter() -> None:
    row = {"table": "A", "fuel": {"en": "coal", "zh": "煤"}, "parameter": "ncv", "value": "21", **ORIGIN}
    assert [each["value"] for each in changed(factors=[row])["factors"]] == ["2", "21"]


@pytest.mark.parametrize(
    ("place", "left"),
    [
        ("clocks.first", lambda found: [row["code"] for row in found["clocks"]] == ["second"]),
        ("clocks.first.before", lambda found: "before" not in found["clocks"][0] and found["clocks"][0]["days"] == 5),
        ("clauses.4.1", lambda found: [row["code"] for row in found["clauses"]] == ["4"]),
        ("factors.A/coal/ef", lambda found: [row["parameter"] for row in found["factors"]] == ["ncv"]),
        ("zone", lambda found: "zone" not in found),
    ],
)
def test_what_falls_away_is_named_by_its_place(place: str, left: Any) -> None:
    assert left(changed(remove=[place]))


def test_a_section_is_stated_or_unstated_by_the_later_word() -> None:
    found = changed(rotation=[{"code": "body"}], unstated={"clocks": {"en": "Not yet.", "zh": "尚无。"}})
    assert (list(found["unstated"]), "rotation" in found, "clocks" in found) == (["tables", "clocks"], True, False)


WRONG = [
    ({"remove": ["clauses.9"]}, "remove", "nothing at 'clauses.9'"),
    ({"remove": "clauses.4"}, "remove", "must be a list of texts"),
    ({"clocks": [{"code": "first", "days": 9}]}, "clocks.first.source", "is missing: a changed value names its own source"),
    ({"rounding": {"places": 1, "source": "Notice 7"}}, "rounding.basis", "is missing: a changed value names its own source"),
    (
        {"factors": [{"table": "A", "fuel": {"en": "coal"}, "parameter": "ef", "value": "3"}]},
        "factors.A/coal/ef.source",
        "is missing: a changed value names its own source",
    ),
    ({"clauses": [{"code": "5"}, {"code": "5"}]}, "clauses.5", "the code stands twice"),
]


@pytest.mark.parametrize(("changes", "key", "reason"), WRONG, ids=[f"{row[1]}: {row[2]}" for row in WRONG])
def test_a_change_that_leads_nowhere_or_names_no_source_is_a_defect(changes: dict[str, Any], key: str, reason: str) -> None:
    assert (key, reason) in extended(BASE, changes)[1]


def together(*tables: dict[str, Any]) -> Resolved:
    known = {table["id"]: table for table in tables}
    return resolve(tables[0], known.get)


def test_packs_extend_one_another_in_a_chain() -> None:
    found = together({"id": "x/3", "extends": "x/2", "zone": "C"}, {"id": "x/2", "extends": "x/1", "zone": "B", "calendar": "CN"}, BASE)
    assert (found.extends, found.defects) == (("x/2", "x/1"), ())
    assert (found.data["id"], found.data["zone"], found.data["calendar"]) == ("x/3", "C", "CN")
    assert "extends" not in found.data


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        ([{"id": "x/2", "extends": "x/0"}], "no pack 'x/0'"),
        ([{"id": "x/3", "extends": "x/2"}, {"id": "x/2", "extends": "x/0"}], "no pack 'x/0' (which x/2 extends)"),
        ([{"id": "x/2", "extends": "x/3"}, {"id": "x/3", "extends": "x/2"}], "leads back to itself: x/2 → x/3 → x/2"),
        ([{"id": "x/2", "extends": 7}], "must be text"),
    ],
)
def test_a_pack_that_extends_nothing_or_itself_is_refused_with_the_place(tables: list[dict[str, Any]], reason: str) -> None:
    assert together(*tables).defects == (("extends", reason),)


def own_pack(folder: Path, name: str, text: str) -> Path:
    file = folder / f"{name}.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f'id = "{name}"\nprogramme = "{name.split("/")[0]}"\nversion = "{name.split("/")[1]}"\n{text}', "utf-8")
    return file


def test_a_file_that_extends_a_shipped_pack_is_loaded_and_its_hash_follows_what_it_extends(tmp_path: Path) -> None:
    own_pack(tmp_path, "mine/1", 'extends = "beijing/2021"\n')
    file = own_pack(tmp_path, "mine/2", 'extends = "mine/1"\nzone = "UTC"\n')
    before = load.load("mine/2", tmp_path)
    assert (before.zone, before.clock("unit_answers").days) == ("UTC", 5)
    assert before.sha256 != load.load("mine/1", tmp_path).sha256
    own_pack(tmp_path, "mine/1", 'extends = "beijing/2021"\nremove = ["suggested_dates.report_due/2021"]\n')
    assert file.exists()
    assert load.load("mine/2", tmp_path).sha256 != before.sha256


def test_the_check_names_the_row_of_a_pack_that_extends_another_by_its_code(tmp_path: Path) -> None:
    own_pack(
        tmp_path, "mine/1", 'extends = "beijing/2021"\n[[clocks]]\ncode = "unit_answers"\ndays = -1\nsource = "Ours"\nbasis = "practice"\n'
    )
    own_pack(tmp_path, "mine/2", 'extends = "mine/0"\n')
    assert [(Path(file).name, key, reason) for file, key, reason in load.check(tmp_path)] == [
        ("1.toml", "clocks.unit_answers.days", "must be a whole number, 0 or more"),
        ("2.toml", "extends", "no pack 'mine/0'"),
    ]
    with pytest.raises(Refusal, match=r"pack\.malformed"):
        load.load("mine/2", tmp_path)


def test_a_pack_is_superseded_by_those_of_its_programme_that_extend_it() -> None:
    assert load.newer("beijing/2021") == ("beijing/2021.1", "beijing/2021.2", "beijing/2021.3")
    assert load.newer("beijing/2021.3") == ()
    assert not {"beijing/2021", "eu-ets/2018"} & set(load.newest())
