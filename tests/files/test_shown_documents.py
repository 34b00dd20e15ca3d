"""Scans, e-invoices, OFD documents and PDF forms as supporting documents: what is shown of each, and what is refused."""

import struct
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook
from PIL import Image, ImageDraw
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests import make
from tests.checks.data.test_vouchers import give, pdf
from tests.people import Cast, sign_in
from verifier.checks.data.vouchers.file_kinds import FileNotice, ReadVoucher, read, scanned_pages
from verifier.core.errors import Refusal
from verifier.db import db
from verifier.evidence import pictures
from verifier.evidence.file_kinds import ATTACHMENT, VOUCHER

INPUTS = Path(__file__).resolve().parents[1] / "inputs"
OFD = (INPUTS / "voucher-text.ofd").read_bytes()
DIGITAL = """<EInvoice><Header><EIid>26537</EIid></Header><EInvoiceData>
<SellerInformation><SellerIdNum>91530000A</SellerIdNum><SellerName>河滨供电公司</SellerName></SellerInformation>
<BuyerInformation><BuyerIdNum>91530000B</BuyerIdNum><BuyerName>河滨园区</BuyerName></BuyerInformation>
<BasicInformation><TotalAmWithoutTax>18.63</TotalAmWithoutTax><TotalTaxAm>0.56</TotalTaxAm>
<TotalTax-includedAmount>19.19</TotalTax-includedAmount><RequestTime>2021-04-02 10:00:00</RequestTime></BasicInformation>
<IssuItemInformation><ItemName>*供电*电费</ItemName><Quantity>25.5</Quantity></IssuItemInformation></EInvoiceData>
<TaxSupervisionInfo><InvoiceNumber>26537912570200055449</InvoiceNumber><IssueTime>2021-04-01</IssueTime></TaxSupervisionInfo></EInvoice>"""
ATTACHED = """<?xml version="1.0" encoding="UTF-8"?>
<fp:eInvoice xmlns:fp="http://www.edrm.org.cn/schema/e-invoice/2019"><fp:DocID>1</fp:DocID><fp:InvoiceCode>033002000111</fp:InvoiceCode>
<fp:InvoiceNo>12345678</fp:InvoiceNo><fp:IssueDate>2021年04月01日</fp:IssueDate>
<fp:Buyer><fp:BuyerName>河滨园区</fp:BuyerName><fp:BuyerTaxID>91B</fp:BuyerTaxID></fp:Buyer>
<fp:Seller><fp:SellerName>河滨供电公司</fp:SellerName></fp:Seller><fp:TaxTotalAmount>0.56</fp:TaxTotalAmount>
<fp:TaxInclusiveTotalAmount>19.19</fp:TaxInclusiveTotalAmount><fp:TaxExclusiveTotalAmount>18.63</fp:TaxExclusiveTotalAmount></fp:eInvoice>"""
UBL = """<?xml version="1.0"?><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:cac="c" xmlns:cbc="b">
<cbc:ID>UBL-7</cbc:ID><cbc:IssueDate>2021-04-03</cbc:IssueDate><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:OrderReference><cbc:ID>order</cbc:ID></cac:OrderReference>
<cac:AccountingSupplierParty><cac:Party>
<cac:PartyName><cbc:Name>Power Ltd</cbc:Name></cac:PartyName></cac:Party></cac:AccountingSupplierParty>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">19</cbc:TaxAmount></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="EUR">119</cbc:PayableAmount></cac:LegalMonetaryTotal></Invoice>"""
BOMB = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><EInvoice>&b;</EInvoice>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><EInvoice/>"""


def scan(pages: int = 1, **settings: object) -> bytes:
    """Pages as a scanner sends them: A4 at 200 dpi, black and white, one file."""
    drawn = []
    for page in range(1, pages + 1):
        picture = Image.new("1", (1654, 2339), 1)
        ImageDraw.Draw(picture).rectangle((130, 130, 130 + 70 * page, 270), fill=0)
        drawn.append(picture)
    out = BytesIO()
    drawn[0].save(out, "TIFF", save_all=True, append_images=drawn[1:], dpi=(200, 200), **{"compression": "group4", **settings})
    return out.getvalue()


def with_part(name: str, content: bytes, *, packed: int = ZIP_DEFLATED) -> bytes:
    """The OFD document with one more part."""
    out = BytesIO(OFD)
    with ZipFile(out, "a", packed) as package:
        package.writestr(name, content)
    return out.getvalue()


def without_pages() -> bytes:
    out = BytesIO()
    with ZipFile(BytesIO(OFD)) as source, ZipFile(out, "w") as target:
        for name in source.namelist():
            if "Page_" not in name:
                target.writestr(name, source.read(name))
    return out.getvalue()


def lines(found: ReadVoucher) -> list[list[str]]:
    assert found.first_rows is not None
    return found.first_rows[0]["rows"]


@pytest.mark.parametrize("settings", [{}, {"compression": "tiff_lzw"}, {"big_tiff": True}])
def test_a_scan_of_one_page_is_shown_as_a_picture(settings: dict[str, object]) -> None:
    data = scan(**settings)
    found = read(data, "scan.tiff")
    assert (found.file.media_type, found.file.safe_name, found.pages) == ("image/tiff", "scan.tiff", 1)
    shown = Image.open(BytesIO(scanned_pages(data)[0]))
    assert (shown.format, shown.height) == ("JPEG", 1400)
    assert (shown.convert("L").getpixel((100, 120)), shown.convert("L").getpixel((700, 700))) == (0, 255)


def test_the_first_pages_of_a_long_scan_are_shown_and_all_are_counted() -> None:
    data = scan(6)
    assert read(data, "scan.tif").pages == 6
    assert len(scanned_pages(data)) == 5


def test_a_scan_is_shown_page_by_page_on_its_document(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    voucher, _new = give(case, cast, scan(2), name="meter sheets.tif")
    db.session.commit()
    sign_in(client, cast.contact)
    pages = [client.get(f"/cases/{case.id}/vouchers/{voucher.id}/pages/{page}") for page in (1, 2, 3)]
    assert [(page.status_code, page.mimetype) for page in pages[:2]] == [(200, "image/jpeg")] * 2
    assert pages[2].status_code == 404
    assert pictures.pictures_of("scan", voucher.sha256).refused is None


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-5000], lambda data: data[: len(data) // 2 + 500] + bytes(8500) + data[len(data) // 2 + 9000 :]]
)
def test_a_scan_that_breaks_off_or_is_damaged_is_refused(spoil) -> None:
    page, out = Image.effect_noise((400, 400), 90), BytesIO()
    page.save(out, "TIFF", save_all=True, append_images=[page], compression="tiff_lzw")
    with pytest.raises(Refusal, match=r"^evidence\.scan\.broken\(file=scan.tif, page="):
        read(spoil(out.getvalue()), "scan.tif")


def test_a_scan_that_claims_to_be_huge_is_refused_before_it_is_decoded() -> None:
    tags = [
        (256, 4, 60_000),
        (257, 4, 60_000),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (277, 3, 1),
        (278, 4, 60_000),
        (279, 4, 1),
    ]
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    with pytest.raises(Refusal, match=r"^evidence\.scan\.too_many_pixels"):
        read(b"II*\0" + struct.pack("<I", 8) + directory + bytes(4), "huge.tif")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (DIGITAL.encode(), {"number": "26537912570200055449", "date": "2021-04-01", "seller": "河滨供电公司", "buyer": "河滨园区"}),
        (b'<?xml version="1.0" encoding="GBK"?>' + DIGITAL.encode("gbk"), {"seller": "河滨供电公司", "total": "19.19", "tax": "0.56"}),
        (ATTACHED.encode(), {"code": "033002000111", "number": "12345678", "net": "18.63", "total": "19.19", "buyer_id": "91B"}),
        (UBL.encode(), {"number": "UBL-7", "date": "2021-04-03", "seller": "Power Ltd", "tax": "19", "total": "119", "currency": "EUR"}),
        (
            (INPUTS / "voucher-invoice-cii.xml").read_bytes(),
            {"number": "RE-2021-0042", "date": "20210405", "seller": "Riverside Power Supply", "net": "98760.00", "total": "117524.40"},
        ),
    ],
    ids=["digital", "in GBK", "of an OFD", "UBL", "CII written by drafthorse"],
)
def test_the_main_fields_of_an_e_invoice_are_read(data: bytes, expected: dict[str, str]) -> None:
    found = read(data, "invoice.xml")
    assert found.file.media_type == "application/xml"
    assert found.invoice is not None
    assert {field: found.invoice.get(field) for field in expected} == expected


def test_the_items_of_an_e_invoice_and_the_elements_of_other_xml_are_listed() -> None:
    assert ["IssuItemInformation / Quantity", "25.5"] in lines(read(DIGITAL.encode(), "invoice.xml"))
    other = read(b"<?xml version='1.0'?><readings><meter>M-1</meter></readings>", "readings.xml")
    assert (other.invoice, lines(other)) == (None, [["readings / meter", "M-1"]])


def test_the_text_of_an_ofd_document_is_shown_page_after_page_and_it_is_said_that_the_pages_are_not() -> None:
    found = read(OFD, "invoice.ofd")
    assert found.file.media_type == "application/ofd"
    assert lines(found) == [["Electricity invoice 2021-03"], ["Main meter: 1234.5 MWh"], ["Second page: reading 2021-04"]]
    assert found.notices == (FileNotice.OFD_TEXT,)


def test_the_invoice_attached_to_an_ofd_document_is_read() -> None:
    found = read(with_part("Doc_0/Attachs/original_invoice.xml", ATTACHED.encode()), "invoice.ofd")
    assert found.invoice is not None
    assert found.invoice["number"] == "12345678"


def test_an_ofd_document_of_which_nothing_can_be_shown_is_kept_and_says_so() -> None:
    found = read(without_pages(), "scan.ofd")
    assert (found.first_rows, found.invoice, found.notices) == (None, None, (FileNotice.OFD_UNREAD,))


@pytest.mark.parametrize(
    ("data", "name", "refusal"),
    [
        (BOMB.encode(), "bomb.xml", r"voucher\.xml\.entities"),
        (OUTSIDE.encode(), "outside.xml", r"voucher\.xml\.entities"),
        (b"<?xml version='1.0'?><EInvoice><Header>", "cut.xml", r"voucher\.xml\.broken"),
        (b"<?xml version='1.0'?>" + b"<a>" * 5000 + b"</a>" * 5000, "deep.xml", r"voucher\.xml\.too_much"),
        (with_part("Doc_0/Attachs/bomb.xml", BOMB.encode()), "bomb.ofd", r"voucher\.xml\.entities"),
        (with_part("Doc_0/Attachs/zeros.xml", bytes(30 * 2**20)), "zeros.ofd", r"voucher\.xml\.too_much"),
        (OFD[:-40], "cut.ofd", r"evidence\.file\.broken"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value and "\\" not in value else "",
)
def test_bombs_and_broken_documents_are_refused_with_a_sentence(data: bytes, name: str, refusal: str) -> None:
    with pytest.raises(Refusal, match=refusal):
        read(data, name)


def test_a_pdf_with_an_xfa_form_says_so_on_its_document(client: FlaskClient, cast: Cast) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(pdf(1)))
    form = generic.StreamObject(stream_data=b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
    fields = {generic.pdf_name("/Fields"): generic.ArrayObject(), generic.pdf_name("/XFA"): writer.add_object(form)}
    writer.root["/AcroForm"] = writer.add_object(generic.DictionaryObject(fields))
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert read(out.getvalue(), "form.pdf").notices == (FileNotice.XFA,)
    case = make.engagement(cast)
    voucher, _new = give(case, cast, out.getvalue(), name="form.pdf")
    db.session.commit()
    sign_in(client, cast.verifier)
    assert "holds an XFA form" in client.get(f"/cases/{case.id}/vouchers/{voucher.id}").text


def test_hidden_sheets_of_a_supporting_workbook_are_pointed_out_on_its_document(client: FlaskClient, cast: Cast) -> None:
    book = Workbook()
    for number in range(1, 8):
        sheet = book.create_sheet(f"S{number}")
        sheet["B2"] = number
    book["S7"].sheet_state = "hidden"
    book["S1"].row_dimensions[2].hidden = True
    out = BytesIO()
    book.save(out)
    case = make.engagement(cast)
    voucher, _new = give(case, cast, out.getvalue(), name="readings.xlsx")
    db.session.commit()
    sign_in(client, cast.verifier)
    text = client.get(f"/cases/{case.id}/vouchers/{voucher.id}").text
    assert "Sheet “S7” is hidden" in text
    assert "Sheet “S1”: rows 2 are hidden" in text


def test_the_fields_of_an_e_invoice_stand_on_its_document(client: FlaskClient, cast: Cast) -> None:
    case = make.engagement(cast)
    voucher, _new = give(case, cast, DIGITAL.encode(), name="invoice.xml")
    db.session.commit()
    sign_in(client, cast.contact)
    text = client.get(f"/cases/{case.id}/vouchers/{voucher.id}").text
    assert [word in text for word in ("Invoice number", "26537912570200055449", "河滨供电公司", "19.19")] == [True] * 4


def test_a_refused_document_is_offered_only_what_is_taken() -> None:
    with pytest.raises(Refusal) as refused:
        read(b"MZ\x90\0\x03\0", "tool.exe")
    assert refused.value.values["kinds"] == VOUCHER.words
    assert {"TIFF", "OFD", "XML"} <= {*VOUCHER.words} & {*ATTACHMENT.words}
