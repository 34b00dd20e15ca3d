"""The command that draws the same items as a sample, from the workbook alone."""

import shlex

from verifier.checks.data.sampling import queries
from verifier.checks.data.sampling.models import Sample
from verifier.core.calculation.units import plain
from verifier.core.sampling.plan import Method
from verifier.engagements.models import Engagement


def command(engagement: Engagement, sample: Sample) -> str:
    """`verifier sample …`, with REPORT.xlsx (and LIST) to be put in."""
    plan = queries.plan_of(sample)
    words = ["verifier", "sample", "REPORT.xlsx", "--pack", engagement.pack_id, "--method", str(plan.method), "--seed", sample.seed or ""]
    if plan.method is Method.RECIPROCAL:
        words += ["--list", "LIST", "--name", plan.kind.removeprefix("list:"), "--count", str(plan.count)]
    else:
        words += ["--kind", plan.kind]
    if plan.tonnes is not None:
        options = (
            ("risk", plan.tonnes.risk),
            ("tolerable", plan.tonnes.tolerable),
            ("expected", plan.tonnes.expected),
            ("expansion", plan.tonnes.expansion),
        )
        words += [word for name, value in options if value is not None for word in (f"--{name}", plain(value))]
    if plan.tonnes is not None and plan.tonnes.extended > 1:
        words += ["--extended", str(plan.tonnes.extended)]
    words += [word for key, step in sorted(plan.steps.items()) for word in ("--step", f"{key}={plain(step)}")]
    words += [word for key in sorted(plan.among) for word in ("--among", key)]
    return shlex.join(words)
