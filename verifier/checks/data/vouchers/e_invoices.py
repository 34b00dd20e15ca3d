"""The main fields of an e-invoice in XML: which elements hold them in each of the formats in use.

Formats: the fully digitalised Chinese e-invoice (root `EInvoice`), the invoice attached to an OFD document (root `eInvoice`, 2019), UBL 2.1
and UN/CEFACT Cross Industry Invoice, the two syntaxes of EN 16931-1.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "code": ("eInvoice/InvoiceCode",),
        "number": (
            "TaxSupervisionInfo/InvoiceNumber",
            "Header/EIid",
            "eInvoice/InvoiceNo",
            "/Invoice/ID",
            "/CreditNote/ID",
            "ExchangedDocument/ID",
        ),
        "date": (
            "TaxSupervisionInfo/IssueTime",
            "BasicInformation/RequestTime",
            "eInvoice/IssueDate",
            "/Invoice/IssueDate",
            "/CreditNote/IssueDate",
            "ExchangedDocument/IssueDateTime/DateTimeString",
        ),
        "seller": (
            "SellerInformation/SellerName",
            "Seller/SellerName",
            "AccountingSupplierParty/Party/PartyLegalEntity/RegistrationName",
            "AccountingSupplierParty/Party/PartyName/Name",
            "SellerTradeParty/Name",
        ),
        "seller_id": (
            "SellerInformation/SellerIdNum",
            "Seller/SellerTaxID",
            "AccountingSupplierParty/Party/PartyTaxScheme/CompanyID",
            "SellerTradeParty/SpecifiedTaxRegistration/ID",
        ),
        "buyer": (
            "BuyerInformation/BuyerName",
            "Buyer/BuyerName",
            "AccountingCustomerParty/Party/PartyLegalEntity/RegistrationName",
            "AccountingCustomerParty/Party/PartyName/Name",
            "BuyerTradeParty/Name",
        ),
        "buyer_id": (
            "BuyerInformation/BuyerIdNum",
            "Buyer/BuyerTaxID",
            "AccountingCustomerParty/Party/PartyTaxScheme/CompanyID",
            "BuyerTradeParty/SpecifiedTaxRegistration/ID",
        ),
        "net": (
            "BasicInformation/TotalAmWithoutTax",
            "eInvoice/TaxExclusiveTotalAmount",
            "LegalMonetaryTotal/TaxExclusiveAmount",
            "SpecifiedTradeSettlementHeaderMonetarySummation/TaxBasisTotalAmount",
        ),
        "tax": (
            "BasicInformation/TotalTaxAm",
            "eInvoice/TaxTotalAmount",
            "/Invoice/TaxTotal/TaxAmount",
            "/CreditNote/TaxTotal/TaxAmount",
            "SpecifiedTradeSettlementHeaderMonetarySummation/TaxTotalAmount",
        ),
        "total": (
            "BasicInformation/TotalTax-includedAmount",
            "eInvoice/TaxInclusiveTotalAmount",
            "LegalMonetaryTotal/TaxInclusiveAmount",
            "LegalMonetaryTotal/PayableAmount",
            "SpecifiedTradeSettlementHeaderMonetarySummation/GrandTotalAmount",
        ),
        "currency": ("/Invoice/DocumentCurrencyCode", "/CreditNote/DocumentCurrencyCode", "InvoiceCurrencyCode"),
    }
)
"""By field, in the order of preference: the end of an element's path by local names; with a slash in front, the whole path."""
LONGEST = 200

Leaf = tuple[str, str]
"""An element without elements of its own: its path by local names (`/Invoice/ID`), and its text."""


def invoice_of(leaves: Sequence[Leaf]) -> dict[str, str] | None:
    """The fields of an invoice as they are written; None where the document has no number and total of one."""
    found = {field: text for field, ends in FIELDS.items() if (text := _first(leaves, ends))}
    return found if "number" in found and found.keys() & {"net", "total"} else None


def _first(leaves: Sequence[Leaf], ends: Sequence[str]) -> str:
    """The text of the first element at one of these places that has any."""
    for end in ends:
        suffix = end if end.startswith("/") else f"/{end}"
        for path, text in leaves:
            if text and (path == suffix if end.startswith("/") else path.endswith(suffix)):
                return text[:LONGEST]
    return ""
