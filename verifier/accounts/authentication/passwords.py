"""Passwords: hashed with argon2id; rejected if short, common or derived from facts about the person."""

from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from verifier.core.errors import Refusal

SHORTEST, LONGEST = 12, 256
FEWEST_DIFFERENT = 5
LEFT = 6
"""Least number of characters that must remain besides well-known words."""
WORDS = 2
"""So many well-known words are looked for; a sentence of several words is a good password."""
PRODUCT = ("verifier", "verification", "核查")
UNLEET = str.maketrans("01345$@7!", "oleassatl")

_hasher = PasswordHasher()


@cache
def common() -> frozenset[str]:
    """The well-known passwords that ship with us, in lower case."""
    lines = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("# "))


@cache
def _nobodys_hash() -> str:
    """Compared with when there is no account, so that the answer takes as long."""
    return _hasher.hash("nobody has this password")


def hashed(password: str) -> str:
    """The password as the database keeps it."""
    return _hasher.hash(normalize("NFKC", password))


def matches(stored_hash: str | None, password: str) -> bool:
    """Whether it is the password; takes as long when there is none."""
    try:
        _hasher.verify(stored_hash or _nobodys_hash(), normalize("NFKC", password[: LONGEST * 4]))
    except (Argon2Error, InvalidHashError):
        return False
    return stored_hash is not None


def outdated(stored_hash: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(stored_hash)


def require_good(password: str, *, about: Iterable[str] = ()) -> None:
    """Refuse a password that is too short, too long, well known, or made of the person's own name, address or organisation."""
    plain = normalize("NFKC", password).casefold()
    if len(plain) < SHORTEST:
        raise Refusal("accounts.password.short", least=SHORTEST)
    if len(plain) > LONGEST:
        raise Refusal("accounts.password.long", most=LONGEST)
    personal = {part for text in (*about, *PRODUCT) for part in _parts(text)}
    if _left_besides(plain, personal, len(personal)) < LEFT:
        raise Refusal("accounts.password.personal")
    if _is_common(plain):
        raise Refusal("accounts.password.common")


def _is_common(plain: str) -> bool:
    """Well known itself, or one or two well-known words with little beside them, or a run or repetition of few characters."""
    if len(set(plain)) < FEWEST_DIFFERENT or _is_run(plain):
        return True
    known = common()
    spellings = {plain, plain.translate(UNLEET), plain[::-1]}
    return any(text in known or _left_besides(text, known, WORDS) < LEFT for text in spellings)


def _is_run(plain: str) -> bool:
    """Whether nearly every character follows the one before, as in abcdefghijkl or 987654321098."""
    steps = [ord(b) - ord(a) for a, b in pairwise(plain)]
    return sum(step in (-1, 0, 1) for step in steps) >= len(steps) - 2


def _left_besides(text: str, words: Iterable[str], count: int) -> int:
    """How many characters remain besides the longest well-known words in it, at most so many different ones."""
    known = words if isinstance(words, frozenset | set) else frozenset(words)
    left = text
    for _word in range(count):
        found = _longest(left, known)
        if found is None:
            break
        left = left.replace(found, "\n")
    return len(left.replace("\n", ""))


def _longest(text: str, known: Iterable[str]) -> str | None:
    """The longest known word in the text."""
    for size in range(len(text), 1, -1):
        for start in range(len(text) - size + 1):
            part = text[start : start + size]
            if part in known:
                return part
    return None


def _parts(text: str) -> set[str]:
    """The words of a name or an address that are long enough to count: three letters, or two of another script."""
    spaced = "".join(c if c.isalnum() else " " for c in normalize("NFKC", text).casefold())
    return {word for word in spaced.split() if len(word) >= (3 if word.isascii() else 2)}
