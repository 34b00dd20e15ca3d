"""What people do in the storm: each action returns what it counts for when the server said that it is done."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from io import BytesIO
from random import Random
from time import monotonic
from uuid import UUID

from PIL import Image

from tests.concurrency.browser import Answer, Browser
from tests.concurrency.server import WAITING

CHECKS = ("boundary", "data", "finding", "finding", "missing", "photo", "look", "look", "look", "take_away")
MIX = {
    "lead": (*CHECKS, "send"),
    "verifier": CHECKS,
    "expert": CHECKS,
    "contact": ("answer", "answer", "look_outside", "account"),
    "responsible": ("answer", "look_outside", "account"),
    "admin": ("organisation", "people", "account"),
}
"""Who does what, and how often each."""


@dataclass
class Person:
    """Someone in the storm: what they did, and what the server told them had succeeded."""

    browser: Browser
    role: str
    case: UUID
    sources: tuple[str, ...]
    chance: Random
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[str, int]] = field(default_factory=list)
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def work(self, actions: int) -> None:
        """So many actions, one after the other."""
        self.browser.get("/account")
        for number in range(actions):
            action = self.chance.choice(MIX[self.role])
            began = monotonic()
            answer = getattr(self, action)(number)
            if answer is None:
                continue
            self.seconds[action].append(monotonic() - began)
            if answer.status in (200, 303) and not (answer.status == 200 and 'class="errsum"' in answer.text):
                self.done[action] += 1
            elif answer.status in (200, 409):
                self.refused[action] += 1
            else:
                self.wrong.append((action, answer.status))

    def boundary(self, number: int) -> Answer:
        """Decide on a source that others decide on as well."""
        return self._decided(f"boundary/source/{self.chance.choice(self.sources)}", "confirmed")

    def data(self, number: int) -> Answer:
        """Hold a source's figure for one that cannot be confirmed."""
        return self._decided(f"data/{self.chance.choice(self.sources)}", "cannot_confirm")

    def _decided(self, page: str, outcome: str) -> Answer:
        path = f"/cases/{self.case}/{page}"
        version = self.browser.get(path).hidden("version")
        note = f"{self.role} {self.chance.random()}"
        return self.browser.post(path, {"version": version, "outcome": outcome, "note": note})

    def finding(self, number: int) -> Answer:
        """Raise a finding; now and then the button is clicked twice."""
        values = {
            "class_code": "non_conformity",
            "clause": "4a",
            "title": f"Of {self.role} {self.chance.random()}",
            "description": "The invoice says less.",
            "once": f"storm-{self.chance.getrandbits(96):024x}",
        }
        path = f"/cases/{self.case}/findings/new?check=data"
        answer = self.browser.post(path, values)
        if answer.status == 303 and number % 5 == 0:
            again = self.browser.post(path, values)
            if (again.status, again.location) != (answer.status, answer.location):
                self.wrong.append(("raised twice", again.status))
        return answer

    def missing(self, number: int) -> Answer:
        """Add a source that the report does not name."""
        values = {"kind": "facility", "name": f"Boiler {self.chance.random()}", "place": "Yard", "note": "Seen"}
        return self.browser.post(f"/cases/{self.case}/boundary/missing", values)

    def photo(self, number: int) -> Answer:
        """Upload a photo that nobody else has."""
        data = BytesIO()
        Image.frombytes("RGB", (24, 16), self.chance.randbytes(24 * 16 * 3)).save(data, "JPEG")
        return self.browser.post(f"/cases/{self.case}/photos/new", {"caption": self.role}, ("photos", f"{number}.jpg", data.getvalue()))

    def look(self, number: int) -> Answer:
        """Read a page of the case."""
        return self.browser.get(f"/cases/{self.case}{self.chance.choice(('', '/findings', '/photos', '/trail', '/conclusion'))}")

    def take_away(self, number: int) -> Answer:
        """Take a list away, which is written in the trail."""
        return self.browser.get(f"/cases/{self.case}/findings?export=xlsx")

    def send(self, number: int) -> Answer | None:
        """Send the drafts to the unit; there may be none."""
        return None if number % 4 else self.browser.post(f"/cases/{self.case}/findings/send", {})

    def answer(self, number: int) -> Answer:
        """Answer one of the findings that were sent, which a colleague may be answering as well."""
        values = {"text": f"Paid by the tenant. {self.chance.random()}", "report_version": ""}
        answer = self.browser.post(f"/cases/{self.case}/findings/{self.chance.randint(1, WAITING)}/answer", values)
        return Answer(409, "", "") if answer.status == 404 else answer

    def look_outside(self, number: int) -> Answer:
        """Read what the unit may read."""
        return self.browser.get(f"/cases/{self.case}{self.chance.choice(('', '/findings', '/photos'))}")

    def account(self, number: int) -> Answer:
        """Change one's own name from two browsers."""
        version = self.browser.get("/account").hidden("version")
        return self.browser.post("/account", {"version": version, "name": f"{self.role} {number}", "language": "en"})

    def organisation(self, number: int) -> Answer:
        """Add an organisation whose name somebody else may be taking."""
        return self.browser.post("/admin/organisations/new", {"kind": "unit", "name": f"Unit {self.chance.randint(1, 400)}"})

    def people(self, number: int) -> Answer:
        """Look at who there is."""
        return self.browser.get("/admin/people")
