"""The trail: whatever is changed in it afterwards is found, and the first place is named."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from json import loads
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.core.chain import GENESIS, Break, ChainRow, Fault, canonical_json, first_break, head_bytes, merkle_root, row_hash

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


class Action(StrEnum):
    SENT = "sent"


def chain_of(contents: Sequence[object], previous: str = GENESIS, first: int = 1) -> list[ChainRow]:
    rows = []
    for number, said in enumerate(contents, start=first):
        content = {"number": number, "said": said}
        rows.append(ChainRow(number, previous, row_hash(previous, content), content))
        previous = rows[-1].hash
    return rows


def head_of(rows: Sequence[ChainRow]) -> tuple[int, str]:
    return len(rows), rows[-1].hash if rows else GENESIS


texts = st.lists(st.text(max_size=8), max_size=12)
some = st.lists(st.text(max_size=8), min_size=2, max_size=12)


@given(texts)
def test_an_untouched_chain_leads_to_its_head(said: list[str]) -> None:
    rows = chain_of(said)
    assert first_break(rows, *head_of(rows)) is None


@given(some, st.data())
def test_an_edited_row_is_named(said: list[str], data: st.DataObject) -> None:
    rows = chain_of(said)
    head = head_of(rows)
    place = data.draw(st.integers(0, len(rows) - 1))
    rows[place] = replace(rows[place], content={**rows[place].content, "said": "another" + said[place]})
    assert first_break(rows, *head) == Break(place + 1, Fault.EDITED)


@given(some, st.data())
def test_an_edited_row_with_its_hash_made_again_is_named(said: list[str], data: st.DataObject) -> None:
    rows = chain_of(said)
    head = head_of(rows)
    place = data.draw(st.integers(0, len(rows) - 2))
    rows[place] = chain_of(["another" + said[place]], rows[place].previous, place + 1)[0]
    assert first_break(rows, *head) == Break(place + 1, Fault.EDITED)


@given(some, st.data())
def test_a_chain_made_again_from_an_edited_row_on_does_not_lead_to_the_head(said: list[str], data: st.DataObject) -> None:
    rows = chain_of(said)
    head = head_of(rows)
    place = data.draw(st.integers(0, len(rows) - 1))
    said[place] += "!"
    assert first_break(chain_of(said), *head) == Break(len(rows), Fault.HEAD_UNKNOWN)


@given(some, st.data())
def test_a_removed_row_is_named(said: list[str], data: st.DataObject) -> None:
    rows = chain_of(said)
    place = data.draw(st.integers(0, len(rows) - 2))
    assert first_break(rows[:place] + rows[place + 1 :], *head_of(rows)) == Break(place + 1, Fault.MISSING)


@given(some, st.data())
def test_a_cut_tail_is_seen_from_the_head(said: list[str], data: st.DataObject) -> None:
    rows = chain_of(said)
    left = data.draw(st.integers(0, len(rows) - 1))
    assert first_break(rows[:left], *head_of(rows)) == Break(left + 1, Fault.TAIL_CUT)


@given(some, st.data())
def test_two_swapped_rows_are_named_at_the_first(said: list[str], data: st.DataObject) -> None:
    rows = chain_of(said)
    head = head_of(rows)
    one, two = sorted(data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=2, max_size=2, unique=True)))
    rows[one], rows[two] = rows[two], rows[one]
    assert first_break(rows, *head) == Break(one + 1, Fault.OUT_OF_ORDER)


@given(some, st.data())
def test_rows_swapped_under_their_numbers_are_found(said: list[str], data: st.DataObject) -> None:
    rows = chain_of(said)
    head = head_of(rows)
    one, two = sorted(data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=2, max_size=2, unique=True)))
    rows[one], rows[two] = replace(rows[two], number=one + 1), replace(rows[one], number=two + 1)
    assert first_break(rows, *head) == Break(one + 1, Fault.OUT_OF_ORDER)


@given(some, st.data())
def test_an_inserted_row_is_named(said: list[str], data: st.DataObject) -> None:
    rows = chain_of(said)
    after = data.draw(st.integers(0, len(rows)))
    previous = rows[after - 1].hash if after else GENESIS
    inserted = chain_of(["never said"], previous, after + 1)
    assert first_break(rows[:after] + inserted + rows[after:], *head_of(rows)) == Break(after + 1, Fault.INSERTED)


@given(some, st.data())
def test_any_change_of_a_stored_hash_is_found(said: list[str], data: st.DataObject) -> None:
    rows = chain_of(said)
    head = head_of(rows)
    place, field = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.sampled_from(["hash", "previous"]))
    rows[place] = replace(rows[place], **{field: "f" * 64})
    assert first_break(rows, *head) == Break(place + 1, Fault.EDITED)


def test_a_row_numbered_anew_after_a_removal_is_found_missing_where_the_number_was_not_hashed() -> None:
    previous, rows = GENESIS, []
    for number, said in enumerate("abcd", start=1):
        rows.append(ChainRow(number, previous, row_hash(previous, {"said": said}), {"said": said}))
        previous = rows[-1].hash
    left = [rows[0], replace(rows[2], number=2), replace(rows[3], number=3)]
    assert first_break(left, 4, previous) == Break(2, Fault.MISSING)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(plain)
def test_canonical_text_read_back_gives_the_same_text(value: object) -> None:
    text = canonical_json(value)
    assert canonical_json(loads(text)) == text


@given(st.dictionaries(st.text(), st.integers()))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


BEIJING = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ({"单位": "西山"}, '{"单位":"西山"}'),
        (Decimal("52915.570"), '"52915.570"'),
        (Fraction(44, 12), '"11/3"'),
        (datetime(2022, 3, 1, 8, 0, tzinfo=BEIJING), '"2022-03-01T00:00:00.000000Z"'),
        (date(2022, 3, 1), '"2022-03-01"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        ((Action.SENT, 0.1), '["sent",0.1]'),
    ],
)
def test_each_kind_of_value_has_one_text(value: object, text: str) -> None:
    assert canonical_json(value).decode() == text


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (float("nan"), ValueError),
        (float("-inf"), ValueError),
        (Decimal("NaN"), ValueError),
        (datetime(2022, 3, 1), ValueError),  # noqa: DTZ001 (a time without a zone is what is refused)
        ({1: "a"}, TypeError),
        ({"a"}, TypeError),
        (b"a", TypeError),
        (object(), TypeError),
    ],
)
def test_what_has_no_single_text_is_refused(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        canonical_json({"detail": [value]})


@pytest.mark.parametrize(
    ("leaves", "root"),
    [
        ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ([""], "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (["", "00", "10"], "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (
            ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"],
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ),
    ],
)
def test_merkle_roots_are_those_of_certificate_transparency(leaves: list[str], root: str) -> None:
    """The test vectors of Google's reference implementation of RFC 6962."""
    assert merkle_root([bytes.fromhex(leaf) for leaf in leaves]) == root


def test_the_signed_text_of_a_head_says_all_that_makes_it_this_head() -> None:
    at = datetime(2022, 3, 1, 8, 0, tzinfo=BEIJING)
    assert loads(head_bytes("case-1", 3, "ab", at)) == {
        "signs": "verifier trail head, version 1",
        "chain": "case-1",
        "count": 3,
        "hash": "ab",
        "at": "2022-03-01T00:00:00.000000Z",
    }
