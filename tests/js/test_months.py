"""The chart of a source's months: its scale, and that it shows what its table shows."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.js.site import Tab

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(fresh_tab: Tab) -> Tab:
    """The tests change what pages are drawn with: each has a browser of its own."""
    return fresh_tab


MONTHS = [f"2021-{n:02}" for n in range(1, 13)]
RECORD = """() => {
  window.drawn = [];
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    window.drawn.push(text);
    return fillText.call(this, text, ...place);
  };
}"""
"""Notes every word that is drawn on a canvas."""
INK = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const pixels = Array.from({ length: data.length / 4 }, (_, n) => data.slice(4 * n, 4 * n + 4).join());
  const count = (colour) => pixels.filter((pixel) => pixel === colour).length;
  return { red: count("255,0,0,255"), blue: count("0,0,255,255") };
}"""
"""How many pixels have exactly the colours of the two series."""


def page(this: list[str | None], last: list[str | None] | None = None, lang: str = "en") -> str:
    """A figure above its table: this year's series is red, last year's blue."""

    def cell(series: str, value: str | None) -> str:
        return "" if value is None else f'<td data-series="{series}" data-v="{value}">{value}</td>'

    rows = "".join(
        f'<tr data-month="{month}">{cell("this", this[n])}{cell("last", last[n]) if last else ""}</tr>'
        for n, month in enumerate(MONTHS[: len(this)])
    )
    key = '<svg><line class="a" data-series="this" data-n="0" stroke="rgb(255, 0, 0)"/></svg>'
    key += '<svg><line data-series="last" data-n="1" stroke="rgb(0, 0, 255)"/></svg>' if last else ""
    return f"""
<figure data-months data-table="table" hidden><div class="key">{key}</div><div class="plot"></div></figure>
<table id="table"><tbody>{rows}<tr><td>Total</td></tr></tbody></table><script type="module" src="/static/js/months.js"></script>"""


def draw(tab: Tab, html: str) -> list[str]:
    """Open a page with a figure; every word that was drawn."""
    tab.page.add_init_script(f"({RECORD})()")
    tab.open(html)
    tab.wait_until("window.drawn.length > 0")
    words: list[str] = tab.run("window.drawn")
    return words


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([12, 80, 100], [0, 25, 50, 75, 100]),
        ([101], [0, 50, 100, 150]),
        ([7, 8], [0, 2, 4, 6, 8]),
        ([30], [0, 10, 20, 30]),
        ([0.3], [0, 0.1, 0.2, 0.3]),
        ([4000, None], [0, 1000, 2000, 3000, 4000]),
        ([-30, 50], [-40, -20, 0, 20, 40, 60]),
        ([0, 0], [0, 0.25]),
        ([None, None], [0, 0.25, 0.5, 0.75, 1]),
        ([], [0, 0.25, 0.5, 0.75, 1]),
    ],
    ids=["round", "above round", "small", "tens", "decimals", "missing", "negative", "all zero", "all missing", "no months"],
)
def test_ticks_are_round_and_span_zero_and_every_value(functions: Tab, values: list[float | None], expected: list[float]) -> None:
    assert functions.call("chart", "ticks", values) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("values", "language", "expected"),
    [
        ([0, 2500, 5000], "en", ["0", "2,500", "5,000"]),
        ([0, 2500, 5000], "de", ["0", "2.500", "5.000"]),
        ([0, 0.1, 0.2, 0.1 * 3], "en", ["0", "0.1", "0.2", "0.3"]),
        ([0, 2.5, 5], "en", ["0", "2.5", "5"]),
        ([0, 0.00025, 0.0005], "en", ["0", "0.00025", "0.0005"]),
    ],
    ids=["grouped", "as the language groups", "without floating-point error", "halves", "very small"],
)
def test_ticks_are_written_with_the_decimals_they_need(functions: Tab, values: list[float], language: str, expected: list[str]) -> None:
    assert functions.call("chart", "tickLabels", values, language) == expected


@pytest.mark.parametrize(
    ("n", "style"),
    [
        (0, {"width": 3, "dash": [], "points": {"show": True, "size": 6}}),
        (1, {"width": 2, "dash": [6, 4], "points": {"show": True, "size": 6}}),
        (2, {"width": 2, "dash": [], "points": {"show": True, "size": 9}}),
        (3, {"width": 2, "dash": [2, 4], "points": {"show": False, "size": 6}}),
    ],
)
def test_each_line_differs_from_the_others_in_more_than_colour(functions: Tab, n: int, style: dict[str, Any]) -> None:
    assert functions.call("chart", "lineStyle", n) == style


def test_the_figure_is_shown_with_months_and_quantities_on_its_axes(tab: Tab) -> None:
    words = draw(tab, page([str(n * 10) for n in range(1, 13)]))
    expect(tab.page.locator("figure canvas")).to_be_visible()
    assert set(words) == {str(n) for n in range(1, 13)} | {"0", "50", "100", "150"}


def test_quantities_are_written_in_the_language_of_the_page(tab: Tab) -> None:
    tab.page.add_init_script("document.addEventListener('readystatechange', () => { document.documentElement.lang = 'de'; })")
    assert "10.000" in draw(tab, page(["10000"] * 12))


def test_each_series_is_drawn_in_the_colour_of_its_mark(tab: Tab) -> None:
    draw(tab, page(["10"] * 12, ["90"] * 12))
    ink = tab.page.locator("canvas").evaluate(INK)
    assert ink["red"] > 100
    assert ink["blue"] > 100


def test_a_series_is_drawn_in_the_style_of_its_number(tab: Tab) -> None:
    def blue(n: str) -> int:
        draw(tab, page(["10"] * 12, ["90"] * 12).replace('data-n="1"', f'data-n="{n}"'))
        found: int = tab.page.locator("canvas").evaluate(INK)["blue"]
        return found

    assert blue("3") < blue("1") < blue("0")


def test_a_month_without_a_quantity_leaves_a_gap(tab: Tab) -> None:
    def red(values: list[str | None]) -> int:
        draw(tab, page(values))
        found: int = tab.page.locator("canvas").evaluate(INK)["red"]
        return found

    gap: list[str | None] = ["50"] * 4
    whole = red(["50"] * 12)
    assert red([*gap, "", "", "", "", *gap]) < whole * 0.8
    assert red([*gap, None, None, None, None, *gap]) < whole * 0.8


def test_a_table_without_any_quantity_is_drawn_with_an_empty_scale(tab: Tab) -> None:
    assert {"0", "0.25", "0.5", "0.75", "1"} <= set(draw(tab, page([""] * 12)))


def sizes(tab: Tab) -> list[Any]:
    """Width of the plot and of its container, and how many plots there are."""
    found: list[Any] = tab.run(
        """() => [document.querySelector(".u-wrap").offsetWidth, document.querySelector(".plot").clientWidth,
        document.querySelectorAll(".uplot").length]"""
    )
    return found


def test_the_plot_is_as_wide_as_its_place_and_follows_it(tab: Tab) -> None:
    draw(tab, page(["10"] * 12))
    plot, place, count = sizes(tab)
    assert (plot, count) == (place, 1)
    tab.page.set_viewport_size({"width": 700, "height": 600})
    tab.wait_until("document.querySelector('.u-wrap').offsetWidth < 700")
    assert sizes(tab)[0] == sizes(tab)[1] < place
    tab.page.set_viewport_size({"width": 1280, "height": 600})
    tab.wait_until("document.querySelector('.u-wrap').offsetWidth > 700")
    assert sizes(tab)[0] == place


def test_the_plot_is_never_too_narrow_to_read(tab: Tab) -> None:
    tab.page.set_viewport_size({"width": 200, "height": 600})
    draw(tab, page(["10"] * 12))
    assert sizes(tab)[0] == 240


@pytest.mark.parametrize("preference", [{"color_scheme": "dark"}, {"contrast": "more"}], ids=["dark", "contrast"])
def test_the_plot_is_drawn_anew_in_the_colours_of_another_scheme(tab: Tab, preference: Any) -> None:
    draw(tab, page(["10"] * 12))
    tab.run("() => { document.querySelector('.a').setAttribute('stroke', 'rgb(0, 0, 255)'); }")
    tab.page.emulate_media(**preference)
    tab.wait_until(f"({INK})(document.querySelector('canvas')).blue > 100")
    assert tab.page.locator("canvas").evaluate(INK)["red"] == 0
    assert sizes(tab)[2] == 1


def test_the_plot_has_no_legend_cursor_or_selection_of_its_own(tab: Tab) -> None:
    draw(tab, page(["10"] * 12))
    tab.page.mouse.move(300, 100)
    assert tab.page.locator(".u-legend, .u-cursor-x, .u-cursor-pt").count() == 0


def test_every_figure_of_a_page_is_drawn(tab: Tab) -> None:
    one = page(["10"] * 12)
    draw(tab, one.replace('"table"', '"other"') + one)
    expect(tab.page.locator("figure canvas")).to_have_count(2)
