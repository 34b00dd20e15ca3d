"""What a second look at the pages of reports, years and statements mended, kept mended."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from tests.browser import chromium
from tests.people import Cast, sign_in
from verifier.core.calculation.results import Flag
from verifier.core.errors import Refusal
from verifier.reports.wording import flag_sentence, problem_sentence, sheet_name
from verifier.rulepacks.load import load
from verifier.statement.facts.assembly import criteria

FLAGS = [
    ("blank_quantity", {"column": "quantity"}, "“数量”单元格为空", "The cell “quantity” is blank"),
    ("negative_quantity", {"quantity": "-12.8619"}, "−12.8619", "−12.8619"),
    ("missing_factor", {"parameter": "carbon_content"}, "单位热值含碳量", "The factor carbon content is missing"),
    (
        "default_factor_altered",
        {"parameter": "oxidation", "stated": "0.98 1", "published": "99 %", "table": "A_other_industry"},
        "碳氧化率 0.98 标为缺省值，而 燃料缺省值表",
        "oxidation 0.98 is stated as a default value; the table of default fuel values",
    ),
]


@pytest.mark.parametrize(("code", "values", "chinese", "english"), FLAGS, ids=[each[0] for each in FLAGS])
def test_what_looks_wrong_is_said_in_words_and_not_in_codes(
    app: Flask, code: str, values: dict[str, str], chinese: str, english: str
) -> None:
    flag = Flag(code, "G-001", None, "factors", 6, f"flag.{code}", tuple(values.items()))
    for locale, expected in (("zh", chinese), ("en", english)):
        with app.test_request_context(), force_locale(locale):
            assert expected in flag_sentence(flag)


def test_a_sheet_is_named_in_both_languages_to_a_chinese_reader(app: Flask) -> None:
    missing = Refusal("reports.workbook.column_missing", sheet="facilities", column="name")
    with app.test_request_context(), force_locale("zh"):
        assert sheet_name("activity") == "活动数据（activity）"
        assert sheet_name("活动数据") == "活动数据"
        assert sheet_name("remarks of ours") == "remarks of ours"
        assert "“设施”缺少“名称”列" in problem_sentence(missing)
    with app.test_request_context(), force_locale("en"):
        assert sheet_name("activity") == "activity"
        assert "“facilities” has no column “name”" in problem_sentence(missing)


def test_the_statement_names_each_document_of_the_rules_once() -> None:
    standards = [each.en for each in criteria(load("beijing/2021"), "0" * 64).standards]
    assert len(standards) == len(set(standards))
    assert not [text for text in standards if ", part" in text or ", clause" in text]


def test_who_lacks_a_role_outside_a_case_is_not_sent_to_a_coordinator_only(client: FlaskClient, cast: Cast) -> None:
    answer = sign_in(client, cast.manager).get("/admin/people")
    assert answer.status_code == 403
    assert "the account administrator" in answer.text


@pytest.mark.browser
def test_the_caption_of_a_stacked_table_stays_on_one_line(app: Flask, cast: Cast) -> None:
    css = (Path(app.static_folder or "") / "css" / "tables.css").read_text()
    rows = '<tbody><tr><th scope="row">外购电力</th><td>1</td></tr></tbody>'
    table = f'<div class="scroll stack"><table><caption>按类别</caption>{rows}</table></div>'
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.set_content(f"<style>{css}</style>{table}")
        assert page.locator("caption").evaluate("one => one.clientWidth > 200")
