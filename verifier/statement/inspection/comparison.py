"""Comparison of two PDFs: what kind of change, and on which page; nothing of their content is quoted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

Said = tuple[str, dict[str, object]]
"""The last word of a message id, with its values."""

TURNS = ("/Rotate", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/UserUnit")
SHOWN = ("/Contents", "/Resources", "/Group")
TRANSITIONS = ("/Trans", "/Dur", "/PresSteps", "/SubNav")
INHERITED = ("/Rotate", "/MediaBox", "/CropBox", "/Resources")
UPWARD = frozenset({"/Parent", "/Popup", "/Length", "/Filter", "/DecodeParms", "/StructParents", "/StructParent"})
NAMED_OF_PAGE = frozenset({*TURNS, *SHOWN, *TRANSITIONS, *UPWARD, "/Type", "/Annots", "/AA", "/LastModified"})
"""Keys of a page that are compared under a name of their own, or not at all; every other key counts as a further entry."""
DECODED_BY = frozenset({"/Predictor", "/Columns"})
"""Parameters of a filter that are applied here when a stream is decoded; any other one is compared as it is written."""
VALUES = frozenset({"/V"})
OWN_KEYS = frozenset({"/Pages", "/AcroForm", "/Names", "/Metadata", "/DSS", "/Type", "/Extensions", "/Version", "/Perms", "/Lang"})
ACTIVE = frozenset({"/OpenAction", "/AA", "/JavaScript"})
OWN_NAMES = frozenset({"/EmbeddedFiles", "/JavaScript"})
TOUCHED_BY_SAVING = frozenset({"/ModDate", "/Producer", "/CreationDate", "/Creator"})
SETTINGS = frozenset(
    {
        *("/PageLabels", "/PageLayout", "/PageMode", "/ViewerPreferences", "/Outlines", "/Dests", "/Names", "/Threads", "/URI"),
        *("/StructTreeRoot", "/MarkInfo", "/OutputIntents", "/PieceInfo", "/OCProperties", "/Legal", "/Requirements", "/Collection"),
        *("/NeedsRendering", "/AF", "/DPartRoot"),
    }
)
"""Keys of the catalogue in the PDF standard, which may be named; a file may hold any other text as a key."""
DEEPEST, MOST_PAGES, MOST_NAMED, MOST_FILES = 60, 5_000, 12, 200


@dataclass(frozen=True, slots=True)
class Page:
    """A page by the fingerprints of its content, its geometry, its annotations, its actions, its transition and its further entries."""

    content: str
    turn: str
    marks: str
    actions: str
    transition: str
    entries: str


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader of the file could tell apart."""

    pages: Sequence[Page]
    values: Mapping[str, str]
    attached: Mapping[str, str]
    metadata: Mapping[str, str]
    dss: str
    active: str
    form: str
    xfa: str
    others: Mapping[str, str]


class _Prints:
    """Fingerprints of objects, each made once; what points upward is left out, and a page that is pointed to is its number."""

    def __init__(self, pages: Iterable[Any] = ()) -> None:
        self._known: dict[tuple[tuple[int, int], frozenset[str]], str] = {}
        self._pages = {_place(page): number for number, page in enumerate(pages, 1) if isinstance(page, IndirectObject)}

    def of(self, thing: Any, leave: frozenset[str] = frozenset(), depth: int = 0) -> str:
        """The fingerprint of an object with everything below it."""
        if depth > DEEPEST:
            return "deep"
        if isinstance(thing, IndirectObject):
            if number := self._pages.get(_place(thing)):
                return f"page {number}"
            key = (_place(thing), leave)
            if key not in self._known:
                self._known[key] = "round"
                self._known[key] = self.of(thing.get_object(), leave, depth + 1)
            return self._known[key]
        if isinstance(thing, DictionaryObject):
            inner = [
                (key, self.of(thing.raw_get(key), leave, depth + 1)) for key in sorted(thing) if key not in UPWARD and key not in leave
            ]
            return _hash(repr(inner).encode() + (self.stream(thing) if isinstance(thing, StreamObject) else b""))
        if isinstance(thing, ArrayObject):
            return _hash(repr([self.of(thing.raw_get(at), leave, depth + 1) for at in range(len(thing))]).encode())
        if isinstance(thing, bytes):
            return _hash(bytes(thing))
        return f"{float(thing):g}" if isinstance(thing, int | float) and not isinstance(thing, bool) else str(thing)

    def stream(self, stream: StreamObject) -> bytes:
        """What a stream decodes to; where a filter is not decoded here, a picture's for one, the filters and their parameters count too."""
        parameters = stream["/DecodeParms"] if "/DecodeParms" in stream else None  # noqa: SIM401 - a get would not follow the reference
        try:
            content = bytes(stream.data)
        except MemoryError:
            raise
        except Exception:
            filters = self.of(stream.raw_get("/Filter")) if "/Filter" in stream else ""
            return repr((filters, self.of(parameters))).encode() + bytes(stream.encoded_data)
        every = _listed(parameters) if isinstance(parameters, ArrayObject) else [parameters]
        kept = [[(key, self.of(each.raw_get(key))) for key in sorted(each) if key not in DECODED_BY] for each in every if each]
        return content + (repr(kept).encode() if any(kept) else b"")


def _place(reference: IndirectObject) -> tuple[int, int]:
    return reference.idnum, reference.generation


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
    pages = list(_pages(root))
    prints = _Prints(node for node, _inherited in pages)
    names: Any = root["/Names"] if "/Names" in root else {}  # noqa: SIM401 - a get would not follow the reference
    active = {key: prints.of(where.raw_get(key)) for where in (root, names) for key in ACTIVE if key in where}
    others = {key: prints.of(root.raw_get(key), VALUES) for key in root if key not in OWN_KEYS and key not in ACTIVE}
    others["/Names"] = repr([(key, prints.of(names.raw_get(key))) for key in sorted(names) if key not in OWN_NAMES])
    form: Any = root["/AcroForm"] if "/AcroForm" in root else {}  # noqa: SIM401 - likewise
    return Document(
        pages=[_page(page.get_object(), inherited, prints) for page, inherited in pages],
        values=dict(_values(root, prints)),
        attached={name: _hash(content) for name, content in attachments(root).items()},
        metadata=dict(_metadata(root, trailer, prints)),
        dss=prints.of(root.raw_get("/DSS")) if "/DSS" in root else "",
        active=repr(sorted(active.items())) if active else "",
        form=repr([(key, prints.of(form.raw_get(key), VALUES)) for key in sorted(form) if key != "/XFA"]),
        xfa=prints.of(form.raw_get("/XFA")) if "/XFA" in form else "",
        others=others,
    )


def _pages(root: DictionaryObject) -> Iterable[tuple[Any, Mapping[str, Any]]]:
    """The pages in their order, as the tree refers to them, each with what the tree above it says for it."""
    left: list[tuple[Any, Mapping[str, Any], int]] = [(root.raw_get("/Pages"), {}, 0)]
    met = 0
    while left:
        reference, above, depth = left.pop()
        node = reference.get_object()
        met += 1
        if met > MOST_PAGES or depth > DEEPEST:
            raise ValueError("a page tree without end")
        here = {**above, **{key: node.raw_get(key) for key in INHERITED if key in node}}
        if "/Kids" in node:
            kids = node["/Kids"]
            left += [(kids.raw_get(at), here, depth + 1) for at in reversed(range(len(kids)))]
        else:
            yield reference, here


def _listed(array: ArrayObject) -> list[Any]:
    """What an array holds, references followed."""
    return [array[at] for at in range(len(array))]


def _page(page: DictionaryObject, inherited: Mapping[str, Any], prints: _Prints) -> Page:
    effective = {**inherited, **{key: page.raw_get(key) for key in page if key not in UPWARD}}
    turn = {key: prints.of(effective[key]) for key in TURNS if key in effective}
    if turn.get("/Rotate") == "0":
        del turn["/Rotate"]
    shown = {key: _contents(page, prints) if key == "/Contents" else prints.of(effective[key]) for key in SHOWN if key in effective}
    marks = page["/Annots"] if "/Annots" in page else ArrayObject()
    further = {key: prints.of(page.raw_get(key)) for key in page if key not in NAMED_OF_PAGE}
    return Page(
        content=repr(sorted(shown.items())),
        turn=repr(sorted(turn.items())),
        marks=repr([prints.of(marks.raw_get(at), VALUES) for at in range(len(marks))]),
        actions=prints.of(page.raw_get("/AA")) if "/AA" in page else "",
        transition=repr([(key, prints.of(page.raw_get(key))) for key in TRANSITIONS if key in page]),
        entries=repr(sorted(further.items())),
    )


def _contents(page: DictionaryObject, prints: _Prints) -> str:
    content = page["/Contents"]
    return _hash(b"\n".join(map(prints.stream, _listed(content))) if isinstance(content, ArrayObject) else prints.stream(content))


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
    """Every embedded file by its name, wherever in the tree of names it stands."""
    try:
        left = [root["/Names"]["/EmbeddedFiles"]]
    except KeyError:
        return {}
    found: dict[str, bytes] = {}
    for _ in range(MOST_FILES):
        if not left:
            break
        node = left.pop()
        listed: Any = node["/Names"] if "/Names" in node else []  # noqa: SIM401 - a get would not follow the reference
        found |= {str(listed[at]): _bytes_of(listed[at + 1]["/EF"]["/F"]) for at in range(0, min(len(listed) - 1, MOST_FILES), 2)}
        left += _listed(node["/Kids"]) if "/Kids" in node else []
    return found


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
    reasons += _attached_differ(now.attached, then.attached)
    kinds = {
        "form_value": now.values != then.values,
        "xfa": now.xfa != then.xfa,
        "form": now.form != then.form,
        "metadata": now.metadata != then.metadata,
        "dss": now.dss != then.dss,
        "active": now.active != then.active,
    }
    reasons += [(message, {}) for message, differs in kinds.items() if differs]
    if keys := {key for key in now.others.keys() | then.others.keys() if now.others.get(key) != then.others.get(key)}:
        known = _named(key.lstrip("/") for key in sorted(keys & SETTINGS))
        reasons.append(("catalogue", {"keys": known}) if known else ("catalogue_other", {}))
    return reasons


def _attached_differ(now: Mapping[str, str], then: Mapping[str, str]) -> list[Said]:
    reasons: list[Said] = []
    if any(now.get(name) != content for name, content in then.items()):
        reasons.append(("attachment_changed", {}))
    if now.keys() - then.keys():
        reasons.append(("attachment_added", {}))
    return reasons


def _pages_differ(now: Sequence[Page], then: Sequence[Page]) -> list[Said]:
    reasons: list[Said] = [("pages", {"now": len(now), "signed": len(then)})] if len(now) != len(then) else []
    if len(now) == len(then) and list(now) != list(then) and sorted(map(repr, now)) == sorted(map(repr, then)):
        return [*reasons, ("pages_moved", {})]
    added: list[int] = []
    removed: list[int] = []
    changed: dict[str, list[int]] = {message: [] for message in ASPECTS}
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


ASPECTS = {
    "page_content": "content",
    "page_turned": "turn",
    "annotation": "marks",
    "page_action": "actions",
    "transition": "transition",
    "page_entry": "entries",
}
"""The kinds of change of one page, each with what of a page it compares."""


def _aspects(now: Page, then: Page) -> Iterable[tuple[str, bool]]:
    return ((message, getattr(now, aspect) != getattr(then, aspect)) for message, aspect in ASPECTS.items())


def _named(names: Iterable[str]) -> str:
    listed = [name[:60] for name in names]
    return ", ".join(listed[:MOST_NAMED]) + (" …" if len(listed) > MOST_NAMED else "")
