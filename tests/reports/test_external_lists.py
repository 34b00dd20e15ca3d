"""Lists kept elsewhere, from which samples are drawn: whatever program wrote the text, its columns and letters are read."""

import pytest

from verifier.core.errors import Refusal
from verifier.reports.workbook.external_lists import read_list

LINES = [("R-1", "Zähler Süd", "12,5"), ("R-2", "Kessel", "7")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_a_list_is_read_in_the_usual_encodings_and_separators(encoding: str, mark: str) -> None:
    rows = [("invoice", "name", "amount"), *LINES]
    data = "\r\n".join(mark.join(row) for row in rows).encode(encoding)
    assert read_list(data, "invoices.csv") == LINES


def test_a_chinese_list_that_names_its_separator_is_read() -> None:
    data = "sep=;\r\n发票号;说明;金额\r\nR-1;供电, 一号表;12.5".encode("gb18030")
    assert read_list(data, "发票.csv") == [("R-1", "供电, 一号表", "12.5")]


def test_bytes_that_are_no_text_are_refused_with_what_is_taken() -> None:
    with pytest.raises(Refusal, match=r"data\.sample\.list_unreadable"):
        read_list(b"\xff\xfe\x00", "list.csv")
