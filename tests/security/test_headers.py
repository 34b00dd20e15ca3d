"""What every answer says to the browser, so that nobody frames, sniffs, keeps or runs what is not theirs."""

import re
from urllib.parse import unquote

import pytest
from flask import Flask

from tests.house import routes
from tests.house.routes import World
from tests.security.attacker import Browsers, address, best_placed, gets
from verifier.web.downloads.spreadsheet import download

pytestmark = pytest.mark.hold

NAMES = (
    'a"; filename="evil.exe',
    "a\r\nX-Evil: 1",
    "../../etc/passwd",
    "核查 报告.pdf",
    "a;b=c.pdf",
    "\u202egnp.exe",
    "a\\b.pdf",
    "%0d%0a.pdf",
    "'.pdf",
    "\ud800.pdf",
    "x" * 400,
    "",
    "a\0b.pdf",
    "𠀀.jpg",
)
PICTURES = {"evidence.photo_file", "vouchers.picture"}
"""Pictures of a case, whose address names what can never change; what people sent is sandboxed where it is shown."""


def test_every_answer_carries_the_headers_that_keep_a_page_ours(world: World) -> None:
    """Whoever asks, and also where the answer is a refusal, an error, a file or a redirect."""
    browsers, bare = Browsers(world), []
    for method, rule in routes.routes(world.app):
        for person in ("nobody", best_placed(method, rule)):
            client = browsers.of(person) if rule.endpoint != "accounts.sign_out" else Browsers(world).of(person)
            answer = client.open(address(rule, world.values), method=method)
            policy = answer.headers.get("Content-Security-Policy", "")
            good = (
                answer.headers.get("X-Content-Type-Options") == "nosniff"
                and answer.headers.get("X-Frame-Options") == "DENY"
                and answer.headers.get("Referrer-Policy") == "same-origin"
                and answer.headers.get("Cross-Origin-Resource-Policy") == "same-origin"
                and answer.headers.get("Cross-Origin-Opener-Policy") == "same-origin"
                and "default-src 'none'" in policy
                and ("frame-ancestors 'none'" in policy or "sandbox" in policy)
                and "unsafe" not in policy
                and "Access-Control-Allow-Origin" not in answer.headers
                and "Server" not in answer.headers
            )
            if not good:
                bare.append((method, rule.rule, person, answer.status_code))
            answer.close()
    assert bare == []


def test_no_page_of_a_signed_in_person_is_kept_by_a_browser_or_a_proxy(world: World) -> None:
    browsers, kept = Browsers(world), []
    for rule in gets(world):
        if rule.endpoint == "static":
            continue
        answer = browsers.best("GET", rule).get(address(rule, world.values))
        said = answer.headers.get("Cache-Control", "")
        picture = rule.endpoint in PICTURES
        if said != ("private, max-age=31536000, immutable" if picture else "no-store") or "Cookie" not in answer.headers.get("Vary", ""):
            kept.append((rule.rule, said))
        answer.close()
    assert kept == []


def test_every_file_is_saved_and_not_run(world: World) -> None:
    """A download names its type and its file; what people sent is sandboxed on top."""
    browsers, files = Browsers(world), {}
    for rule in gets(world):
        answer = browsers.best("GET", rule).get(address(rule, world.values))
        if answer.status_code == 200 and answer.mimetype != "text/html" and rule.endpoint != "static":
            files[rule.endpoint] = (
                answer.mimetype,
                answer.headers.get("Content-Disposition", "")[:10],
                "sandbox" in answer.headers["Content-Security-Policy"],
            )
        answer.close()
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert files["evidence.original"] == ("image/jpeg", "attachment", True)
    assert files["evidence.attachment"] == ("text/csv", "attachment", True)
    assert {name: files[name] for name in PICTURES} == dict.fromkeys(PICTURES, ("image/jpeg", "", True))
    assert files["reports.intake_state"][0] == "application/json"
    assert files["reports.workbook"][:2] == (sheet, "attachment")
    shown = {name for name, (_kind, disposition, _sandbox) in files.items() if disposition != "attachment"}
    assert shown <= {*PICTURES, "reports.intake_state", "web.large_download_state", "health.live", "health.ready", "health.metrics"}


@pytest.mark.parametrize("name", NAMES)
def test_no_file_name_breaks_out_of_its_header(app: Flask, name: str) -> None:
    with app.test_request_context():
        said = download(b"x", name, "application/pdf").headers["Content-Disposition"]
    found = re.fullmatch(r"attachment; filename=\"([A-Za-z0-9_. -]*)\"; filename\*=UTF-8''([A-Za-z0-9_.~%-]*)", said)
    assert found, said
    assert not re.search(r'[\x00-\x1f\x7f/\\"\u202e]', unquote(found[2])), said
