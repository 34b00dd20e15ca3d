"""The whole path in a real browser: twelve steps, from a year being opened to a statement anyone can check."""

import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import sync_playwright

from tests.journeys import steps
from tests.journeys.park import Park
from tests.journeys.server import running
from verifier.demo import workbooks


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Park]:
    folder = tmp_path_factory.mktemp("journey")
    with running(folder / "instance") as house, sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield Park(browser, house, folder)
        browser.close()


@pytest.mark.browser
def test_a_report_becomes_a_signed_statement_that_anyone_can_check(park: Park) -> None:
    steps.open_year(park)
    steps.hand_in(park, workbooks.PARK_WITH_ERRORS)
    steps.open_case(park)
    steps.check_boundary(park)
    steps.check_data(park)
    steps.check_site(park)
    steps.settle_findings(park)
    steps.record_procedures(park)
    steps.conclude(park)
    steps.review(park)
    steps.sign(park, "lead", "certify")
    steps.sign(park, "signatory", "countersign")
    steps.sign(park, "coordinator", "seal")
    pdf, _public = steps.download(park)
    shown = subprocess.run(["pdfsig", str(pdf)], capture_output=True, text=True, check=False).stdout
    assert shown.count("Signature is Valid.") == 3
    assert "Total document signed" in shown
    steps.check_publicly(park, pdf)
    steps.see_progress(park)
    assert park.complaints == []
