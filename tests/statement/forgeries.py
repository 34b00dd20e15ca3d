"""A statement forged with real tools: each function makes one forgery out of the issued specimen."""

import subprocess
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

from tests.statement.specimen import Signers, a_statement, sign, signed, signers
from verifier.statement.facts.model import canonical_bytes
from verifier.statement.pdf.document import render

OTHER = "BJ-2021-0002"


def flipped(at: int) -> bytes:
    """The issued file with one bit changed."""
    pdf = bytearray(signed(3))
    pdf[at] ^= 1
    return bytes(pdf)


def flipped_after(mark: bytes, further: int = 0) -> bytes:
    """One bit changed so far after a mark that stands in the file."""
    return flipped(signed(3).index(mark) + len(mark) + further)


def updated(edit: Callable[[IncrementalPdfFileWriter], object]) -> bytes:
    """The issued file with an incremental update."""
    writer = IncrementalPdfFileWriter(BytesIO(signed(3)))
    edit(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def page_of(writer: IncrementalPdfFileWriter, number: int) -> generic.DictionaryObject:
    """A page, marked as changed."""
    ref, _resources = writer.find_page_for_modification(number - 1)
    writer.mark_update(ref)
    return ref.get_object()


def turned() -> bytes:
    """Page 2 stands on its head."""
    return updated(lambda writer: page_of(writer, 2).update({pdf_name("/Rotate"): generic.NumberObject(180)}))


def cropped() -> bytes:
    """Half of page 3 is cut away."""
    box = generic.ArrayObject([generic.NumberObject(side) for side in (0, 0, 595, 400)])
    return updated(lambda writer: page_of(writer, 3).update({pdf_name("/CropBox"): box}))


def annotated() -> bytes:
    """A note over the figures of page 1."""

    def edit(writer: IncrementalPdfFileWriter) -> None:
        note = generic.DictionaryObject({pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name("/FreeText")})
        note[pdf_name("/Rect")] = generic.ArrayObject([generic.NumberObject(side) for side in (100, 500, 300, 560)])
        note[pdf_name("/Contents")], note[pdf_name("/DA")] = pdf_string("12,000 t"), pdf_string("/Helv 12 Tf")
        writer.register_annotation(writer.find_page_for_modification(0)[0], writer.add_object(note))

    return updated(edit)


def overlaid() -> bytes:
    """A white box with other figures, painted over page 1."""
    stream = generic.StreamObject(stream_data=b"q 1 1 1 rg 100 500 200 60 re f Q")
    return updated(lambda writer: writer.add_stream_to_page(0, writer.add_object(stream)))


def form_value() -> bytes:
    """A form field nobody signed, with a value."""

    def edit(writer: IncrementalPdfFileWriter) -> None:
        field = generic.DictionaryObject({pdf_name("/FT"): pdf_name("/Tx"), pdf_name("/T"): pdf_string("Tonnes")})
        field[pdf_name("/V")] = pdf_string("12000")
        writer.root["/AcroForm"]["/Fields"].append(writer.add_object(field))
        writer.update_container(writer.root["/AcroForm"]["/Fields"])

    return updated(edit)


def attachment_swapped() -> bytes:
    """The JSON of another year in the place of the attached one."""

    def edit(writer: IncrementalPdfFileWriter) -> None:
        held = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]["/EF"]["/F"]
        made = generic.StreamObject({pdf_name("/Type"): pdf_name("/EmbeddedFile")}, stream_data=canonical_bytes(a_statement(year=2022)))
        writer.objects[(held.container_ref.generation, held.container_ref.idnum)] = made

    return updated(edit)


def attachment_added() -> bytes:
    """A second file beside the statement's own."""

    def edit(writer: IncrementalPdfFileWriter) -> None:
        stream = generic.StreamObject({pdf_name("/Type"): pdf_name("/EmbeddedFile")}, stream_data=b"x")
        spec = generic.DictionaryObject({pdf_name("/F"): pdf_string("extra.xlsx")})
        spec[pdf_name("/EF")] = generic.DictionaryObject({pdf_name("/F"): writer.add_object(stream)})
        names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
        names += [pdf_string("extra.xlsx"), writer.add_object(spec)]
        writer.update_container(names)

    return updated(edit)


def retitled() -> bytes:
    """Another title among the metadata."""

    def edit(writer: IncrementalPdfFileWriter) -> None:
        info = writer.prev.trailer["/Info"]
        info[pdf_name("/Subject")] = pdf_string("Cold Rolling Works 2021")
        writer.mark_update(info.container_ref)

    return updated(edit)


def validation_data() -> bytes:
    """A store of validation data (DSS), as long-term profiles have one."""

    def edit(writer: IncrementalPdfFileWriter) -> None:
        writer.root[pdf_name("/DSS")] = writer.add_object(generic.DictionaryObject({pdf_name("/Certs"): generic.ArrayObject()}))
        writer.update_root()

    return updated(edit)


def scripted() -> bytes:
    """A script that runs when the file is opened."""

    def edit(writer: IncrementalPdfFileWriter) -> None:
        action = generic.DictionaryObject({pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")})
        writer.root[pdf_name("/OpenAction")] = writer.add_object(action)
        writer.update_root()

    return updated(edit)


def page_added() -> bytes:
    """A blank page at the end."""
    writer = PdfWriter(BytesIO(signed(3)), incremental=True)
    writer.add_blank_page(100, 100)
    return _written(writer)


def page_removed() -> bytes:
    """Page 3 taken out by an incremental update of the page tree."""

    def edit(writer: IncrementalPdfFileWriter) -> None:
        tree = writer.root["/Pages"]
        del tree["/Kids"][2]
        tree[pdf_name("/Count")] = generic.NumberObject(int(tree["/Count"]) - 1)
        writer.update_container(tree)
        writer.update_container(tree["/Kids"])

    return updated(edit)


def written_anew() -> bytes:
    """The same pages saved by another program."""
    return _written(PdfWriter(clone_from=PdfReader(BytesIO(signed(3)))))


def pages_swapped() -> bytes:
    """Saved by qpdf with pages 2 and 3 in each other's place."""
    return by_qpdf("IN", "--pages", ".", "1,3,2,4-z", "--")


def cut_at(field: str) -> bytes:
    """The issued file as it was after one of its signatures, a real revision of it."""
    one = next(each for each in PdfFileReader(BytesIO(signed(3))).embedded_signatures if each.field_name == field)
    _first, _until, resume, rest = one.byte_range
    return signed(3)[: resume + rest]


def encrypted(password: str) -> bytes:
    """An encrypted copy; an empty password still opens it."""
    return by_qpdf("--encrypt", password, "owner", "256", "--", "IN")


def by_qpdf(*arguments: str) -> bytes:
    """The issued file after qpdf; IN stands for it."""
    with TemporaryDirectory() as folder:
        given, made = Path(folder) / "in.pdf", Path(folder) / "out.pdf"
        given.write_bytes(signed(3))
        subprocess.run(["qpdf", *(str(given) if each == "IN" else each for each in arguments), str(made)], check=True)
        return made.read_bytes()


@cache
def another() -> bytes:
    """Another statement of ours, signed by the same three."""
    return sign(render(a_statement(number=OTHER, year=2020)), signers(), 3)


def container(pdf: bytes, field: str) -> tuple[int, int]:
    """Where the hexadecimal signature of a field begins and ends."""
    one = next(each for each in PdfFileReader(BytesIO(pdf)).embedded_signatures if each.field_name == field)
    first, until, resume, _rest = one.byte_range
    return first + until + 1, resume - 1


def signature_moved() -> bytes:
    """The seal of another statement in the place of this one's, as long as it fits."""
    mine, theirs = signed(3), another()
    (start, end), (from_, to) = container(mine, "BodySeal"), container(theirs, "BodySeal")
    lent = theirs[from_:to].rstrip(b"0")
    return mine[:start] + lent.ljust(end - start, b"0")[: end - start] + mine[end:]


@cache
def by_another_authority() -> bytes:
    """The same text, signed under the same names by an authority of the forger's own."""
    return sign(render(a_statement()), Signers(), 3)


def with_our_code() -> bytes:
    """A stranger's own PDF that carries the title of an issued statement, as one that carries its code would."""
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": "Verification statement BJ-2021-0001"})
    return _written(writer)


def concatenated() -> bytes:
    """Another statement, and this one after it."""
    return another() + signed(3)


def _written(writer: PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def resaved(edit: Callable[[PdfWriter], object]) -> bytes:
    """The issued file saved anew by another program, with an edit."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(signed(3))))
    edit(writer)
    return _written(writer)


def _script() -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")})


def blanked_by_filter() -> bytes:
    """The pictures of the first page that has any are said to be packed by a filter that makes nothing of them; their bytes stay."""

    def edit(writer: PdfWriter) -> None:
        page = next(page for page in writer.pages if "/XObject" in page["/Resources"])
        for each in page["/Resources"]["/XObject"].values():
            each.get_object()[NameObject("/Filter")] = NameObject("/JBIG2Decode")

    return resaved(edit)


def with_filter_parameters() -> bytes:
    """The text of page 1 is said to have been packed with another number of colours, which other readers apply and pyHanko does not."""

    def edit(writer: PdfWriter) -> None:
        parameters = DictionaryObject({NameObject("/Colors"): NumberObject(3)})
        writer.pages[0]["/Contents"].get_object()[NameObject("/DecodeParms")] = parameters

    return resaved(edit)


def xfa_added() -> bytes:
    """An XFA form, which some programs show instead of the pages."""

    def edit(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream.set_data(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
        writer.root_object["/AcroForm"][NameObject("/XFA")] = writer._add_object(stream)

    return resaved(edit)


def form_recalculated() -> bytes:
    """The form asks readers to draw its fields anew."""
    return resaved(lambda writer: writer.root_object["/AcroForm"].update({NameObject("/NeedAppearances"): BooleanObject(True)}))


def page_scripted() -> bytes:
    """A script that runs when page 2 is opened."""
    actions = DictionaryObject({NameObject("/O"): _script()})
    return resaved(lambda writer: writer.pages[1].update({NameObject("/AA"): actions}))


def opens_with_script() -> bytes:
    """A script that runs when the file is opened, in a file saved anew."""
    return resaved(lambda writer: writer.root_object.update({NameObject("/OpenAction"): _script()}))


def with_transition() -> bytes:
    """Page 3 goes away by itself after a second."""
    entries = {NameObject("/Trans"): DictionaryObject({NameObject("/S"): NameObject("/Dissolve")}), NameObject("/Dur"): NumberObject(1)}
    return resaved(lambda writer: writer.pages[2].update(entries))


def with_private_entry() -> bytes:
    """Page 1 has an entry of which nothing is known."""
    return resaved(lambda writer: writer.pages[0].update({NameObject("/PieceInfo"): DictionaryObject()}))


def with_layers() -> bytes:
    """The file has layers, which may be off."""
    return resaved(lambda writer: writer.root_object.update({NameObject("/OCProperties"): DictionaryObject()}))


def attached_out_of_sight() -> bytes:
    """A second file in a branch of the tree of names."""

    def edit(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream.set_data(b"x")
        held = DictionaryObject({NameObject("/F"): writer._add_object(stream)})
        spec = DictionaryObject({NameObject("/F"): TextStringObject("extra.xlsx"), NameObject("/EF"): held})
        branch = DictionaryObject({NameObject("/Names"): ArrayObject([TextStringObject("extra.xlsx"), spec])})
        writer.root_object["/Names"]["/EmbeddedFiles"][NameObject("/Kids")] = ArrayObject([writer._add_object(branch)])

    return resaved(edit)


def preceded() -> bytes:
    """Something stands before the header; readers skip it."""
    return b"<html>hello</html>\n" + signed(3)
