"""Comparison of two PDFs: pages, annotations, form values, attachments, metadata."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

Said = tuple[str, dict[str, object]]
"""The last word of a message id, with its values."""

TURNS = ("/Rotate", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/UserUnit")
SHOWN = ("/Contents", "/Resources")
INHERITED = ("/Rotate", "/MediaBox", "/CropBox", "/Resources")
UPWARD = frozenset({"/Parent", "/P", "/Popup", "/Dest", "/D", "/Length", "/Filter", "/DecodeParms", "/StructParents", "/StructParent"})
VALUES = frozenset({"/V"})
OWN_KEYS = frozenset({"/Pages", "/AcroForm", "/Names", "/Metadata", "/DSS", "/Type", "/Extensions", "/Version", "/Perms", "/Lang"})
ACTIVE = frozenset({"/OpenAction", "/AA", "/JavaScript"})
TOUCHED_BY_SAVING = frozenset({"/ModDate", "/Producer", "/CreationDate", "/Creator"})
DEEPEST, MOST_PAGES, MOST_NAMED = 60, 5_000, 12


@dataclass(frozen=True, slots=True)
class Page:
    """A page by the fingerprints of its content, its geometry, and its annotations."""

    content: str
    turn: str
    marks: str


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader of the file could tell apart."""

    pages: Sequence[Page]
    values: Mapping[str, str]
    attached: Mapping[str, str]
    metadata: Mapping[str, str]
    dss: str
    active: str
    others: Mapping[str, str]


class _Prints:
    """Fingerprints of objects, each made once; what points upward or back is left out."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], str] = {}

    def of(self, thing: Any, leave: frozenset[str] = frozenset(), depth: int = 0) -> str:
        """The fingerprint of an object with everything below it."""
        if depth > DEEPEST:
            return "deep"
        if isinstance(thing, IndirectObject):
            place = (thing.idnum, thing.generation)
            if leave or place not in self._known:
                self._known.setdefault(place, "round")
                found = self.of(thing.get_object(), leave, depth + 1)
                if leave:
                    return found
                self._known[place] = found
            return self._known[place]
        if isinstance(thing, DictionaryObject):
            inner = [
                (key, self.of(thing.raw_get(key), leave, depth + 1)) for key in sorted(thing) if key not in UPWARD and key not in leave
            ]
            return _hash(repr(inner).encode() + (_bytes_of(thing) if isinstance(thing, StreamObject) else b""))
        if isinstance(thing, ArrayObject):
            return _hash(repr([self.of(thing.raw_get(at), leave, depth + 1) for at in range(len(thing))]).encode())
        if isinstance(thing, bytes):
            return _hash(bytes(thing))
        return f"{float(thing):g}" if isinstance(thing, int | float) and not isinstance(thing, bool) else str(thing)


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()


def _bytes_of(stream: StreamObject) -> bytes:
    """What a stream unpacks to, so that packing it otherwise is no difference; what cannot be unpacked speaks as it is."""
    try:
        return bytes(stream.data)
    except MemoryError:
        raise
    except Exception:
        return bytes(stream.encoded_data)


def document(root: DictionaryObject, trailer: Any) -> Document:
    """The document under a catalogue."""
    prints = _Prints()
    names: Any = root["/Names"] if "/Names" in root else {}  # noqa: SIM401 - a get would not follow the reference
    active = {key: prints.of(where.raw_get(key)) for where in (root, names) for key in ACTIVE if key in where}
    return Document(
        pages=[_page(page, inherited, prints) for page, inherited in _pages(root)],
        values=dict(_values(root, prints)),
        attached={name: _hash(content) for name, content in attachments(root).items()},
        metadata=dict(_metadata(root, trailer, prints)),
        dss=prints.of(root.raw_get("/DSS")) if "/DSS" in root else "",
        active=repr(sorted(active.items())) if active else "",
        others={key: prints.of(root.raw_get(key), VALUES) for key in root if key not in OWN_KEYS and key not in ACTIVE},
    )


def _pages(root: DictionaryObject) -> Iterable[tuple[DictionaryObject, Mapping[str, Any]]]:
    """The pages in their order, each with what the tree above it says for it."""
    left: list[tuple[Any, Mapping[str, Any], int]] = [(root["/Pages"], {}, 0)]
    met = 0
    while left:
        node, above, depth = left.pop()
        met += 1
        if met > MOST_PAGES or depth > DEEPEST:
            raise ValueError("a page tree without end")
        here = {**above, **{key: node.raw_get(key) for key in INHERITED if key in node}}
        if "/Kids" in node:
            left += [(kid, here, depth + 1) for kid in reversed(_listed(node["/Kids"]))]
        else:
            yield node, here


def _listed(array: ArrayObject) -> list[Any]:
    """What an array holds, references followed."""
    return [array[at] for at in range(len(array))]


def _page(page: DictionaryObject, inherited: Mapping[str, Any], prints: _Prints) -> Page:
    effective = {**inherited, **{key: page.raw_get(key) for key in page if key not in UPWARD}}
    turn = {key: prints.of(effective[key]) for key in TURNS if key in effective}
    if turn.get("/Rotate") == "0":
        del turn["/Rotate"]
    shown = {key: _contents(page) if key == "/Contents" else prints.of(effective[key]) for key in SHOWN if key in effective}
    marks = [prints.of(mark, VALUES) for mark in page["/Annots"]] if "/Annots" in page else []
    return Page(repr(sorted(shown.items())), repr(sorted(turn.items())), repr(marks))


def _contents(page: DictionaryObject) -> str:
    content = page["/Contents"]
    return _hash(b"\n".join(_bytes_of(each) for each in _listed(content)) if isinstance(content, ArrayObject) else _bytes_of(content))


def _values(root: DictionaryObject, prints: _Prints) -> Iterable[tuple[str, str]]:
    """The value of every form field but those that are signed."""
    left = (
        [(field, "") for field in _listed(root["/AcroForm"]["/Fields"])] if "/AcroForm" in root and "/Fields" in root["/AcroForm"] else []
    )
    for _ in range(MOST_PAGES):
        if not left:
            return
        field, above = left.pop()
        name = f"{above}.{field['/T']}".lstrip(".") if "/T" in field else above
        if "/Kids" in field and all("/T" in kid for kid in _listed(field["/Kids"])):
            left += [(kid, name) for kid in _listed(field["/Kids"])]
        elif "/FT" not in field or field["/FT"] != "/Sig":
            yield name, prints.of(field.raw_get("/V")) if "/V" in field else ""


def attachments(root: DictionaryObject) -> dict[str, bytes]:
    """Every embedded file by its name."""
    try:
        listed = root["/Names"]["/EmbeddedFiles"]["/Names"]
    except KeyError:
        return {}
    return {str(listed[at]): _bytes_of(listed[at + 1]["/EF"]["/F"]) for at in range(0, min(len(listed) - 1, 200), 2)}


def _metadata(root: DictionaryObject, trailer: Any, prints: _Prints) -> Iterable[tuple[str, str]]:
    info: Any = trailer["/Info"] if "/Info" in trailer else {}  # noqa: SIM401 - likewise
    for key in info:
        if key not in TOUCHED_BY_SAVING:
            yield key.lstrip("/"), prints.of(info.raw_get(key))
    if "/Metadata" in root:
        yield "XMP", prints.of(root.raw_get("/Metadata"))


def differences(now: Document, then: Document) -> list[Said]:
    """What differs, the plainest first; nothing where a reader would see no difference."""
    reasons = _pages_differ(now.pages, then.pages)
    values = _changed(now.values, then.values)
    if values:
        reasons.append(("form_value", {"fields": _named(values)}))
    if now.attached != then.attached:
        reasons += _attached_differ(now.attached, then.attached)
    if keys := _changed(now.metadata, then.metadata):
        reasons.append(("metadata", {"keys": _named(keys)}))
    if now.dss != then.dss:
        reasons.append(("dss", {}))
    if now.active != then.active:
        reasons.append(("active", {}))
    if keys := _changed(now.others, then.others):
        reasons.append(("catalogue", {"keys": _named(key.lstrip("/") for key in keys)}))
    return reasons


def _attached_differ(now: Mapping[str, str], then: Mapping[str, str]) -> list[Said]:
    reasons: list[Said] = []
    if any(now.get(name) != content for name, content in then.items()):
        reasons.append(("attachment_changed", {}))
    if added := sorted(now.keys() - then.keys()):
        reasons.append(("attachment_added", {"names": _named(added)}))
    return reasons


def _pages_differ(now: Sequence[Page], then: Sequence[Page]) -> list[Said]:
    reasons: list[Said] = [("pages", {"now": len(now), "signed": len(then)})] if len(now) != len(then) else []
    if len(now) == len(then) and list(now) != list(then) and sorted(map(repr, now)) == sorted(map(repr, then)):
        return [*reasons, ("pages_moved", {})]
    added: list[int] = []
    removed: list[int] = []
    changed: dict[str, list[int]] = {"page_content": [], "page_turned": [], "annotation": []}
    matched = SequenceMatcher(None, [repr(page) for page in then], [repr(page) for page in now], autojunk=False)
    for action, old, old_end, new, new_end in matched.get_opcodes():
        if action == "equal":
            continue
        both = min(old_end - old, new_end - new)
        for step in range(both):
            for message, differs in _aspects(now[new + step], then[old + step]):
                changed[message] += [new + step + 1] if differs else []
        added += range(new + both + 1, new_end + 1)
        removed += range(old + both + 1, old_end + 1)
    every = {"page_added": added, "page_removed": removed, **changed}
    return reasons + [(message, {"pages": _named(map(str, pages))}) for message, pages in every.items() if pages]


def _aspects(now: Page, then: Page) -> Iterable[tuple[str, bool]]:
    return (("page_content", now.content != then.content), ("page_turned", now.turn != then.turn), ("annotation", now.marks != then.marks))


def _changed(now: Mapping[str, str], then: Mapping[str, str]) -> list[str]:
    return sorted(key for key in now.keys() | then.keys() if now.get(key) != then.get(key))


def _named(names: Iterable[str]) -> str:
    listed = [name[:60] for name in names]
    return ", ".join(listed[:MOST_NAMED]) + (" …" if len(listed) > MOST_NAMED else "")
