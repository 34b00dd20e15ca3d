// Draws the months of a source from the table beside the figure, so that both show the same quantities.
import uPlot from "../vendor/uplot-1.6.32/uPlot.esm.js";
import { lineStyle, tickLabels, ticks } from "./chart.js";

const HEIGHT = 220;
const NARROWEST = 240;

/** The quantities of a series by month; null where the table has none. */
function quantities(rows, name) {
  return rows.map((row) => {
    const text = row.querySelector(`[data-series="${name}"]`)?.dataset.v;
    return text === undefined || text === "" ? null : Number(text);
  });
}

/** The line of a series, in the colour of its mark in the key. */
function lineOf(mark) {
  return { ...lineStyle(Number(mark.dataset.n)), stroke: getComputedStyle(mark).stroke, spanGaps: false };
}

function axesOf(figure, months, quantityTicks) {
  const style = getComputedStyle(figure);
  const grid = { stroke: style.getPropertyValue("--line").trim(), width: 1 };
  const look = { stroke: style.color, grid, ticks: { show: false }, font: `14px ${style.fontFamily}` };
  return [
    { ...look, size: 30, splits: () => months.map((_, n) => n), values: () => months.map((month) => String(Number(month.slice(5)))) },
    { ...look, size: 76, splits: () => quantityTicks, values: (_, splits) => tickLabels(splits, document.documentElement.lang) },
  ];
}

function draw(figure) {
  const rows = [...document.getElementById(figure.dataset.table).querySelectorAll("tbody tr[data-month]")];
  const place = figure.querySelector(".plot");
  const months = rows.map((row) => row.dataset.month);
  const marks = [...figure.querySelectorAll(".key line")];
  const series = marks.map((mark) => quantities(rows, mark.dataset.series));
  const quantityTicks = ticks(series.flat());
  figure.hidden = false;
  const size = () => ({ width: Math.max(NARROWEST, place.clientWidth), height: HEIGHT });
  const options = {
    ...size(),
    legend: { show: false },
    cursor: { show: false },
    select: { show: false },
    scales: { x: { time: false }, y: { range: [quantityTicks[0], quantityTicks.at(-1)] } },
    axes: axesOf(figure, months, quantityTicks),
    series: [{}, ...marks.map(lineOf)],
  };
  const plot = new uPlot(options, [months.map((_, n) => n), ...series], place);
  return { fit: () => plot.setSize(size()), remove: () => plot.destroy() };
}

for (const figure of document.querySelectorAll("[data-months]")) {
  let drawing = draw(figure);
  new ResizeObserver(() => drawing.fit()).observe(figure);
  for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
    matchMedia(query).addEventListener("change", () => {
      drawing.remove();
      drawing = draw(figure);
    });
  }
}
