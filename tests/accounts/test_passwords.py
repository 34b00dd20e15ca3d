"""Which passwords are taken."""

import pytest

from verifier.accounts.authentication import passwords
from verifier.core.errors import Refusal

ABOUT = ("ann.lee@north-body.example", "Ann Lee", "North Body Verification", "北方核查有限公司")

REFUSED = [
    ("elevenchars", "accounts.password.short"),
    ("x7-qlem-v0-ru" * 20, "accounts.password.long"),
    ("1qaz2wsx3edc", "accounts.password.common"),
    ("password1234", "accounts.password.common"),
    ("Passw0rd!2024", "accounts.password.common"),
    ("drowssap4321", "accounts.password.common"),
    ("correcthorsebatterystaple", "accounts.password.common"),
    ("abcdefghijkl", "accounts.password.common"),
    ("aaaabbbbcccc", "accounts.password.common"),
    ("P@ssw0rdP@ssw0rd", "accounts.password.common"),
    ("annlee@north-body", "accounts.password.personal"),
    ("Verifier-Ann-1", "accounts.password.personal"),
    ("北方核查有限公司北方核查有限公司", "accounts.password.personal"),
]


@pytest.mark.parametrize(("password", "why"), REFUSED)
def test_a_password_that_others_would_guess_is_refused(password: str, why: str) -> None:
    with pytest.raises(Refusal) as refused:
        passwords.require_good(password, about=ABOUT)
    assert refused.value.message == why


@pytest.mark.parametrize(
    "password", ["heron-ladle-oat-57", "boiler-house-at-seven", "river lantern otter", "白鹭在河边等了三个春天啊", "vT9#kq2LwZ8m"]
)
def test_a_long_password_that_nobody_knows_is_taken(password: str) -> None:
    assert passwords.require_good(password, about=ABOUT) is None


def test_the_list_of_common_passwords_ships_with_us_and_is_long() -> None:
    assert len(passwords.common()) >= 3000
    assert sum(len(each) >= 12 for each in passwords.common()) >= 200


def test_a_password_is_kept_as_argon2id_and_only_itself_matches() -> None:
    kept = passwords.hashed("heron-ladle-oat-57")
    assert kept.startswith("$argon2id$")
    assert passwords.matches(kept, "heron-ladle-oat-57")
    assert not passwords.matches(kept, "heron-ladle-oat-58")
    assert not passwords.matches(None, "nobody has this password")
