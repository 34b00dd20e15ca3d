"""What tests of site visits enter."""

from datetime import date

from tests import make
from verifier.core.site import VisitPlan

DAY = date(2022, 3, 1)
PLAN = VisitPlan(DAY, DAY, "Park, boiler house", ("Lead", "Verifier"), ("Contact",))


def waiver_form() -> dict[str, str]:
    """The form of a waiver decided yesterday, without its file."""
    day = make.some_day(-1)
    return {
        "decided_on-year": str(day.year),
        "decided_on-month": str(day.month),
        "decided_on-day": str(day.day),
        "reference": "No. 12",
        "reason": "Two clean years.",
        "conditions": "two_clean_years",
    }
