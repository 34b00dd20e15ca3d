"""The monitoring plan that check 1 compared the report with, as the statement says it."""

from verifier.core.monitoring_plan import PlanOrigin
from verifier.engagements.models import Engagement
from verifier.engagements.references.models import EnteredPlan
from verifier.engagements.references.queries import monitoring_plan, plan_in_hand
from verifier.statement.facts import model as said
from verifier.statement.facts.model import Both

ORIGINS = {
    PlanOrigin.REPORT: Both("随报告提交的监测计划表", "The plan sheet submitted with the report"),
    PlanOrigin.WORKBOOK: Both("单独提交的监测计划工作簿", "A monitoring plan submitted as a workbook of its own"),
    PlanOrigin.ENTERED: Both("核查机构按文件录入的监测计划", "A monitoring plan that the verification body entered from its document"),
}
STATED_BY_UNIT = Both(
    "未取得监测计划；报告中有关监测计划的内容为重点排放单位自述。",
    "No monitoring plan was obtained; what the report says of the plan is the unit's own statement.",
)


def compared_plan(engagement: Engagement) -> said.ComparedPlan:
    """Where the plan came from, and the document of an entered one."""
    plan, row = monitoring_plan(engagement), plan_in_hand(engagement)
    if plan is None:
        return said.ComparedPlan(STATED_BY_UNIT)
    if plan.origin is PlanOrigin.ENTERED and isinstance(row, EnteredPlan):
        return said.ComparedPlan(ORIGINS[plan.origin], row.document, row.reference, row.dated_on, row.sha256)
    return said.ComparedPlan(ORIGINS[plan.origin], sha256=row.sha256 if row is not None and plan.origin is PlanOrigin.WORKBOOK else "")
