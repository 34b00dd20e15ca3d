"""Bilingual wording of the document-review form in addition to the pack's."""

from verifier.core.findings import FindingState
from verifier.statement.facts.model import Both

WORDS = {
    "unit": Both("重点排放单位", "Reporting unit"),
    "credit_code": Both("统一社会信用代码", "Unified social credit code"),
    "body": Both("核查机构", "Verification body"),
    "case": Both("核查项目", "Case"),
    "year": Both("碳市场及年度", "Programme and year"),
    "report": Both("排放报告", "Emission report"),
    "pack": Both("规则包", "Rule pack"),
    "team": Both("技术工作组", "Working group"),
    "visit": Both("现场核查安排", "Site visit"),
    "made": Both("生成时间", "Prepared"),
    "version": Both("第 {number} 版", "version {number}"),
    "no_visit": Both("尚未安排", "not planned yet"),
    "decided": Both("已判定 {done}/{total}", "{done} of {total} decided"),
    "singly": Both("{total} 个中逐个判定 {done} 个", "{done} of {total} decided individually"),
    "flagged": Both("数据疑点 {total} 个，已处置 {done} 个", "{total} data alerts, {done} resolved"),
    "unflagged": Both("无数据疑点", "no data alerts"),
    "none": Both("报告中没有", "none in the report"),
    "by_hand": Both("系统中没有记录，由评审人填写", "Not recorded in the system: to be completed by hand"),
    "left": Both("尚未完成，余 {count} 项", "Incomplete, {count} remaining"),
    "raised": Both("已提出核查发现", "Findings raised"),
    "clear": Both("已评审，未提出核查发现", "Reviewed, no findings raised"),
    "absent": Both("报告中没有该项", "Not in the report"),
    "evidence": Both("依据材料：", "Evidence: "),
    "no_item": Both("文件评审清单中没有该条的核查项", "The document review lists no item under this clause"),
    "origin": Both.same("表格来源 Form: {source}"),
    "choice": Both(
        "规则原文只写明本表及其填写人，未写明栏目；栏目及各项所依据的记录为本系统的选择。",
        "The rules specify this form and who completes it, but not its columns; "
        "the columns and the records used for each item were chosen for this system.",
    ),
    "page": Both("第 {page} 页，共 {pages} 页", "Page {page} of {pages}"),
}
RECORDS = {
    "facilities": Both("设施", "Facilities"),
    "sources": Both("排放源", "Emission sources"),
    "tonnes": Both("各排放源的排放量", "Emissions of each source"),
    "numbers.activity": Both("活动数据", "Activity data"),
    "numbers.measurement": Both("连续监测数据", "Continuous measurement"),
    "numbers.factor": Both("因子", "Factors"),
    "numbers.reported": Both("报告的各源排放量", "Reported emissions"),
    "numbers.total": Both("合计", "Totals"),
    "numbers.production": Both("生产数据", "Production data"),
    "flags.missing_period": Both("缺少月份", "Missing month"),
    "flags.blank_quantity": Both("数量空白", "Blank value"),
    "flags.non_numeric": Both("非数字", "Non-numeric value"),
    "flags.duplicate_period": Both("月份重复", "Duplicate month"),
    "flags.metering_gap": Both("部分时段缺少读数", "Missing readings"),
    "flags.not_in_plan": Both("不在监测计划中", "Not in the monitoring plan"),
    "flags.meter_unknown": Both("计量器具未列入清单", "Meter not listed"),
    "flags.calibration_lapsed": Both("检定过期", "Calibration expired"),
    "flags.crosscheck_difference": Both("交叉核对不一致", "Cross-check difference"),
}
STATES = {
    FindingState.DRAFT: Both("草稿", "draft"),
    FindingState.SENT: Both("已发出", "sent"),
    FindingState.ANSWERED: Both("已答复", "answered"),
    FindingState.RETURNED: Both("已退回", "returned"),
    FindingState.CLOSED: Both("已关闭", "closed"),
    FindingState.UNCORRECTED: Both("未更正", "uncorrected"),
    FindingState.ESTIMATED: Both("保守估算", "estimated"),
    FindingState.CARRIED_OVER: Both("结转", "carried over"),
    FindingState.WITHDRAWN: Both("已撤回", "withdrawn"),
}


def in_both(key: str, **values: object) -> Both:
    """The wording `key` in both languages, its placeholders filled."""
    text = WORDS[key]
    return Both(text.zh.format(**values), text.en.format(**values)) if values else text
