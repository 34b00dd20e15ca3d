"""How a calculation is kept: totals, results and alerts at once; steps, factors and quantities of its sources when they are asked for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from verifier.core.calculation.results import Calculation, SourceResult, Step, UsedFactor, UsedQuantity
from verifier.reports.derived_values import Form, form_of
from verifier.reports.value_json import LazyTuple

T = TypeVar("T")
DETAILS = {"steps": tuple[Step, ...], "factors": tuple[UsedFactor, ...], "quantities": tuple[UsedQuantity, ...]}


def form_of_calculation() -> Form[Calculation]:
    """The form of a calculation."""
    whole, parts = form_of(Calculation), {name: form_of(shape) for name, shape in DETAILS.items()}

    def written(value: Calculation) -> tuple[Any, Any]:
        bare = replace(value, sources=tuple(replace(source, steps=(), factors=(), quantities=()) for source in value.sources))
        details = [[part.written(getattr(source, name))[0] for name, part in parts.items()] for source in value.sources]
        return whole.written(bare)[0], details

    def read(head: Any, details: Callable[[], Any]) -> Calculation:
        bare: Calculation = whole.read(head, details)

        def lazily(position: int, place: int, part: Form[tuple[T, ...]]) -> LazyTuple[T]:
            return LazyTuple(lambda: part.read(details()[position][place], details))

        def with_details(position: int, source: SourceResult) -> SourceResult:
            found: dict[str, Any] = {name: lazily(position, place, part) for place, (name, part) in enumerate(parts.items())}
            return replace(source, **found)

        return replace(bare, sources=tuple(with_details(position, source) for position, source in enumerate(bare.sources)))

    return Form(written, read)
