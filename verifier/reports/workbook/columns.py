"""The report workbook's sheets and columns, in English and Chinese, and which of them are required."""

from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import category

from verifier.core.report import rows
from verifier.core.report.rows import plain_text

CHINESE: Mapping[str, str] = {
    "unit": "单位",
    "facilities": "设施",
    "sources": "排放源",
    "activity": "活动数据",
    "factors": "排放因子",
    "crosschecks": "交叉核对",
    "measurements": "连续监测",
    "meters": "计量器具",
    "production": "产量",
    "totals": "汇总",
    "plan": "监测计划",
    "equipment": "设备台账",
}
FIELDS: Mapping[str, str] = {
    "programme": "碳市场",
    "emission_year": "排放年度",
    "unit_name": "单位名称",
    "credit_code": "统一社会信用代码",
    "sector": "行业",
    "address": "地址",
    "legal_representative": "法定代表人",
    "contact_name": "联系人",
    "contact_email": "联系邮箱",
    "report_version": "报告版本",
    "prepared_on": "编制日期",
    "previous_year_tco2": "上年排放量",
}
REQUIRED_FIELDS = ("emission_year", "unit_name")
COLUMNS: Mapping[str, str] = {
    "source_id": "排放源编号",
    "facility_id": "设施编号",
    "meter_id": "计量器具编号",
    "equipment_id": "设备编号",
    "name": "名称",
    "category": "类别",
    "fuel": "燃料或物料",
    "owner": "责任部门",
    "reported_tco2": "报告排放量",
    "period": "月份",
    "quantity": "数量",
    "unit": "单位",
    "document": "凭证",
    "parameter": "参数",
    "in_boundary": "边界内",
    "commissioned_on": "投用日期",
    "retired_on": "停用日期",
    "note": "备注",
    "in_plan": "监测计划内",
    "counts": "计入排放",
    "missing_hours": "缺失小时",
    "value": "数值",
    "table": "表",
    "reference": "出处",
    "hours": "运行小时",
    "flow": "流量",
    "concentration": "浓度",
    "gas": "气体",
    "biomass_fraction": "生物质比例",
    "model": "型号",
    "location": "位置",
    "accuracy": "准确度",
    "calibrated_on": "检定日期",
    "valid_until": "有效期至",
    "product": "产品",
    "method": "获取方式",
    "frequency": "频次",
    "responsible": "责任人",
    "missing_data": "缺失处理",
    "kind": "类型",
    "capacity": "容量",
    "in_service_from": "投运",
    "in_service_to": "停运",
}
_OWN_NAMES: Mapping[tuple[str, str], str] = {("activity", "basis"): "数据来源", ("factors", "basis"): "依据", ("equipment", "fuel"): "燃料"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the format: the row it makes and the columns that must be there."""

    name: str
    row: type[rows.Row]
    required: tuple[str, ...]

    @property
    def columns(self) -> Mapping[str, str]:
        """Each column by the names it may carry, as they are compared."""
        own = [name for name in self.row.__dataclass_fields__ if name not in rows.Row.__dataclass_fields__]
        named = {column: column for column in own}
        for column in own:
            for chinese in {_OWN_NAMES.get((self.name, column), COLUMNS.get(column, column)), COLUMNS.get(column, column)}:
                named[chinese] = column
        return named


SHEETS: tuple[Sheet, ...] = (
    Sheet("facilities", rows.FacilityRow, ("facility_id", "name")),
    Sheet("sources", rows.SourceRow, ("source_id", "name", "category", "fuel", "reported_tco2")),
    Sheet("activity", rows.ActivityRow, ("source_id", "period", "quantity", "unit")),
    Sheet("factors", rows.FactorRow, ("source_id", "parameter", "value", "unit")),
    Sheet("crosschecks", rows.CrosscheckRow, ("source_id", "period", "quantity", "unit")),
    Sheet("measurements", rows.MeasurementRow, ()),
    Sheet("meters", rows.MeterRow, ("meter_id",)),
    Sheet("production", rows.ProductionRow, ()),
    Sheet("totals", rows.TotalRow, ("category", "reported_tco2")),
    Sheet("plan", rows.PlanRow, ()),
    Sheet("equipment", rows.EquipmentRow, ()),
)
REQUIRED_SHEETS: Mapping[str, tuple[str, ...]] = {
    "report": ("unit", "sources", "activity", "factors", "totals"),
    "plan": ("unit", "sources", "plan"),
}
IDENTIFIERS = ("source_id", "facility_id", "meter_id", "equipment_id")


def key(text: str) -> str:
    """A sheet or column name as it is compared: any width, any case, without the marks that nobody sees."""
    return plain_text("".join(c for c in text if category(c) != "Cf")).casefold()


def sheet_code(name: str) -> str | None:
    """The sheet a name means, None for one the format does not know."""
    shown = key(name)
    return shown if shown in CHINESE else next((code for code, chinese in CHINESE.items() if chinese == shown), None)


def field_code(name: str) -> str:
    """The fact a field of the unit sheet means; an unknown one keeps its name."""
    shown = key(name)
    return next((code for code, chinese in FIELDS.items() if chinese == shown), shown)
