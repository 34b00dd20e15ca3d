// Draws the months of a source from the table beside it, so that both always say the same.
import uPlot from "../vendor/uplot-1.6.32/uPlot.esm.js";

const HEIGHT = 220;

const amounts = (table, name) =>
  [...table.querySelectorAll("tbody tr[data-month]")].map((row) => {
    const text = row.querySelector(`[data-series="${name}"]`)?.dataset.v;
    return text === undefined || text === "" ? null : Number(text);
  });

// The axis goes from zero, or below it, to the round step above the highest point.
function axisFor(low, high) {
  const rough = ((high ?? 1) - Math.min(0, low ?? 0)) / 4 || 0.25;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((each) => each * power >= rough * (1 - 1e-9)) * power;
  return { step, from: Math.floor(Math.min(0, low ?? 0) / step), to: Math.max(1, Math.ceil((high ?? 1) / step - 1e-9)) };
}

function draw(figure) {
  const table = document.getElementById(figure.dataset.table);
  const place = figure.querySelector(".plot");
  const labels = [...table.querySelectorAll("tbody tr[data-month]")].map((row) => row.dataset.month);
  const marks = [...figure.querySelectorAll(".key line")];
  const names = marks.map((mark) => mark.dataset.series);
  const ink = getComputedStyle(figure);
  const line = (mark) => getComputedStyle(mark);
  const axis = { stroke: ink.color, grid: { stroke: ink.getPropertyValue("--line").trim(), width: 1 }, ticks: { show: false }, font: `14px ${ink.fontFamily}` };
  const series = marks.map((mark) => ({
    stroke: line(mark).stroke,
    width: mark.dataset.n === "0" ? 3 : 2,
    dash: { 1: [6, 4], 3: [2, 4] }[mark.dataset.n],
    points: { show: mark.dataset.n !== "3", size: mark.dataset.n === "2" ? 9 : 6 },
    spanGaps: false,
  }));
  const rows = names.map((name) => amounts(table, name));
  const known = rows.flat().filter((value) => value !== null);
  const bounds = known.length ? axisFor(Math.min(...known), Math.max(...known)) : axisFor(0, 1);
  const steps = Array.from({ length: bounds.to - bounds.from + 1 }, (_, n) => (bounds.from + n) * bounds.step);
  place.replaceChildren();
  figure.hidden = false;
  const plot = new uPlot(
    {
      width: Math.max(240, place.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      select: { show: false },
      scales: { x: { time: false }, y: { range: [bounds.from * bounds.step, bounds.to * bounds.step] } },
      axes: [
        { ...axis, size: 30, splits: () => labels.map((_, n) => n), values: () => labels.map((label) => String(Number(label.slice(5)))) },
        { ...axis, size: 76, splits: () => steps, values: (_, splits) => splits.map((value) => value.toLocaleString(document.documentElement.lang)) },
      ],
      series: [{}, ...series],
    },
    [labels.map((_, n) => n), ...rows],
    place,
  );
  return () => plot.setSize({ width: Math.max(240, place.clientWidth), height: HEIGHT });
}

for (const figure of document.querySelectorAll("[data-months]")) {
  let fit = draw(figure);
  let width = figure.clientWidth;
  new ResizeObserver(() => {
    if (figure.clientWidth === width) return;
    width = figure.clientWidth;
    fit();
  }).observe(figure);
  for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
    matchMedia(query).addEventListener("change", () => { fit = draw(figure); });
  }
}
