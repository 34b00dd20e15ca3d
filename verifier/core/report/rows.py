"""A submitted report as raw rows: values are unmodified text, every row has its sheet and row number."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache

CATEGORIES: Mapping[str, str] = {
    "stationary_combustion": "固定燃烧",
    "mobile_combustion": "移动燃烧",
    "process": "工业过程",
    "purchased_electricity": "外购电力",
    "purchased_heat": "外购热力",
    "exported_electricity": "外供电力",
    "exported_heat": "外供热力",
    "mass_balance_in": "碳平衡输入",
    "mass_balance_out": "碳平衡输出",
    "measured": "连续监测",
}
PARAMETERS: Mapping[str, str] = {
    "ncv": "低位发热量",
    "carbon_content": "单位热值含碳量",
    "carbon_fraction": "含碳量",
    "oxidation": "碳氧化率",
    "conversion": "转化率",
    "purity": "纯度",
    "biomass_fraction": "生物质比例",
    "ef": "排放因子",
}
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "ncv": ("net calorific value", "lower heating value", "lhv", "低位发热值", "低位热值", "平均低位发热量"),
    "carbon_content": ("carbon content per heat", "单位热值碳含量"),
    "carbon_fraction": ("carbon content by mass", "元素碳含量", "碳含量", "含碳率"),
    "oxidation": ("oxidation factor", "oxidation rate", "of", "氧化率", "氧化因子", "碳氧化因子"),
    "conversion": ("conversion rate", "conversion factor", "cf", "转换率", "转化系数"),
    "biomass_fraction": ("biomass share", "bf", "生物质含量", "生物质份额"),
    "ef": ("emission factor", "co2 emission factor", "碳排放因子", "二氧化碳排放因子"),
}
"""Other words for a parameter. Source: abbreviations of MRR Annex II (NCV, EF, OF, CF, BF), wording of the Chinese guidelines."""
_WORDS: dict[str, str] = {zh: code for code, zh in (*CATEGORIES.items(), *PARAMETERS.items())} | {"合计": "total", "总计": "total"}
_WORDS |= {word: code for code, words in SYNONYMS.items() for word in words}
_YES = frozenset({"yes", "y", "true", "1", "是", "有", "在", "已纳入", "纳入", "√", "✓", "✔", "☑", "✅"})
_NO = frozenset({"no", "n", "false", "0", "否", "无", "不是", "没有", "不在", "未纳入", "不纳入", "×", "✕", "✖", "✗", "✘", "☒", "❌", "╳"})
_MONTH = r"(?P<month>0?[1-9]|1[0-2])"
_CLOCK = r"(?:[ t]\d\d:\d\d(?::\d\d)?)?"
_PERIODS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<year>\d{{4}})[-/]{_MONTH}(?:[-/]\d{{1,2}}{_CLOCK})?",
        rf"(?P<year>\d{{4}}) ?年 ?{_MONTH} ?月(?: ?\d{{1,2}} ?日)?",
        r"(?P<year>\d{4})(?P<month>0[1-9]|1[0-2])",
        r"(?P<year>\d{4}) ?年?(?P<month>)",
    )
)

_MONTH_ALONE = re.compile(rf"{_MONTH} ?月(?:份)?")


@lru_cache(maxsize=16384)
def plain_text(text: str) -> str:
    """Text as names are compared: NFKC, nothing invisible, no blanks around, single blanks inside."""
    return " ".join((text if text.isascii() else visible(unicodedata.normalize("NFKC", text))).split())


def visible(text: str) -> str:
    """The text without format characters: zero-width spaces and joiners, byte order marks, marks of direction, soft hyphens."""
    return text if text.isprintable() else "".join(c for c in text if unicodedata.category(c) != "Cf")


@lru_cache(maxsize=1024)
def code_of(text: str) -> str:
    """A category, parameter or `total` by its English or Chinese name; a word outside the vocabulary comes back lower-case."""
    word = plain_text(text).casefold().replace("_", " ")
    return _WORDS.get(word, word.replace(" ", "_"))


def yes_or_no(text: str) -> bool | None:
    """True, False, or None where the cell is blank or says something else."""
    word = plain_text(text).casefold()
    return True if word in _YES else False if word in _NO else None


@lru_cache(maxsize=4096)
def period_of(text: str) -> str | None:
    """`2021-03` or `2021` for a month or a year as people write it; None where it is neither."""
    written = plain_text(text).casefold()
    found = next((match for pattern in _PERIODS if (match := pattern.fullmatch(written))), None)
    if not found:
        return None
    return f"{found['year']}-{int(found['month']):02d}" if found["month"] else found["year"]


def month_of(text: str, year: int) -> str | None:
    """A month or year as `period_of` reads it, and a month without its year (`3月`) as one of the given year."""
    alone = _MONTH_ALONE.fullmatch(plain_text(text))
    return f"{year}-{int(alone['month']):02d}" if alone else period_of(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a sheet; `extra` holds columns nobody asked for, `unstored` the columns whose formula carries no stored value.

    `percent` are the columns whose cell has a percent format: it stores 0.94 and shows 94 %. `merged` are blank cells that a merged
    cell above or beside them covers.
    """

    sheet: str
    row: int
    extra: tuple[tuple[str, str], ...] = ()
    unstored: tuple[str, ...] = ()
    percent: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityRow(Row):
    facility_id: str = ""
    name: str = ""
    in_boundary: str = ""
    commissioned_on: str = ""
    retired_on: str = ""
    owner: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow(Row):
    source_id: str = ""
    facility_id: str = ""
    name: str = ""
    category: str = ""
    fuel: str = ""
    meter_id: str = ""
    in_plan: str = ""
    counts: str = ""
    owner: str = ""
    reported_tco2: str = ""

    @property
    def category_code(self) -> str:
        """The category's code, whichever language the unit wrote."""
        return code_of(self.category)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow(Row):
    source_id: str = ""
    period: str = ""
    quantity: str = ""
    unit: str = ""
    basis: str = ""
    document: str = ""
    missing_hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRow(Row):
    source_id: str = ""
    parameter: str = ""
    value: str = ""
    unit: str = ""
    period: str = ""
    basis: str = ""
    table: str = ""
    reference: str = ""

    @property
    def shown(self) -> str:
        """The value as the sheet shows it: of a cell with a percent format and the unit `%`, a hundred times what the cell stores."""
        if "value" not in self.percent or plain_text(self.unit) != "%":
            return self.value
        try:
            return format((Decimal(self.value) * 100).normalize(), "f")
        except InvalidOperation:
            return self.value

    def speaks_of(self, source: SourceRow) -> bool:
        """True for the source's own row and for a row for all of its category and fuel."""
        if not self.source_id.startswith("*"):
            return self.source_id == source.source_id
        _, _, kind = self.source_id.partition(":")
        category, _, fuel = kind.partition(":")
        return code_of(category) == source.category_code and plain_text(fuel).casefold() == plain_text(source.fuel).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosscheckRow(Row):
    source_id: str = ""
    period: str = ""
    quantity: str = ""
    unit: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementRow(Row):
    source_id: str = ""
    period: str = ""
    hours: str = ""
    flow: str = ""
    concentration: str = ""
    gas: str = ""
    biomass_fraction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterRow(Row):
    meter_id: str = ""
    model: str = ""
    location: str = ""
    accuracy: str = ""
    calibrated_on: str = ""
    valid_until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionRow(Row):
    product: str = ""
    period: str = ""
    quantity: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalRow(Row):
    category: str = ""
    reported_tco2: str = ""

    @property
    def category_code(self) -> str:
        """The category's code, or `total`."""
        return code_of(self.category)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow(Row):
    source_id: str = ""
    parameter: str = ""
    method: str = ""
    meter_id: str = ""
    frequency: str = ""
    responsible: str = ""
    missing_data: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentRow(Row):
    equipment_id: str = ""
    name: str = ""
    facility_id: str = ""
    kind: str = ""
    capacity: str = ""
    fuel: str = ""
    in_service_from: str = ""
    in_service_to: str = ""


@dataclass(frozen=True, slots=True)
class UnknownSheet:
    """A sheet the format does not know, kept as it is."""

    name: str
    rows: tuple[tuple[str, ...], ...]


class HiddenKind(StrEnum):
    """What of a workbook is hidden."""

    SHEET = "sheet"
    ROWS = "rows"
    COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class HiddenPart:
    """A sheet, or rows or columns of one, that hold values and are hidden in the workbook; `places` as people write them: `5–7, 12`."""

    sheet: str
    kind: HiddenKind
    places: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedReport:
    """A report (or, with kind `plan`, a monitoring plan) as handed in; `unit` holds the facts of the unit sheet by English field name."""

    year: int
    kind: str = "report"
    unit: Mapping[str, str] = field(default_factory=dict)
    facilities: Sequence[FacilityRow] = ()
    sources: Sequence[SourceRow] = ()
    activity: Sequence[ActivityRow] = ()
    factors: Sequence[FactorRow] = ()
    crosschecks: Sequence[CrosscheckRow] = ()
    measurements: Sequence[MeasurementRow] = ()
    meters: Sequence[MeterRow] = ()
    production: Sequence[ProductionRow] = ()
    totals: Sequence[TotalRow] = ()
    plan: Sequence[PlanRow] = ()
    equipment: Sequence[EquipmentRow] = ()
    unknown_sheets: tuple[UnknownSheet, ...] = ()
    unknown_columns: tuple[tuple[str, str], ...] = ()
    hidden: tuple[HiddenPart, ...] = ()

    @property
    def months(self) -> tuple[str, ...]:
        """The twelve months of the emission year."""
        return tuple(f"{self.year}-{month:02d}" for month in range(1, 13))
