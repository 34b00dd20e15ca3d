// The axis of quantities and the lines of a chart: values in, values out.

const STEPS = [1, 2, 2.5, 5, 10];
const DASHES = { 1: [6, 4], 3: [2, 4] };
const TOLERANCE = 1e-9; // A value that a round step reaches up to floating-point error needs no further step.

/** Round ticks from zero, or from below the lowest value if that is negative, to at or above the highest value. */
export function ticks(values) {
  const known = values.filter((value) => value !== null);
  const low = Math.min(0, ...known);
  const high = known.length > 0 ? Math.max(...known) : 1;
  const rough = (high - low) / 4 || 0.25;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.find((each) => each * power >= rough * (1 - TOLERANCE)) * power;
  const first = Math.floor(low / step + TOLERANCE);
  const last = Math.max(1, Math.ceil(high / step - TOLERANCE));
  return Array.from({ length: last - first + 1 }, (_, n) => (first + n) * step);
}

/** Writes the ticks in a language, all with as many decimals as the distance between two of them needs. */
export function tickLabels(values, language) {
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(values[1] - values[0]) + TOLERANCE));
  return values.map((value) => value.toLocaleString(language, { maximumFractionDigits: decimals }));
}

/** Width, dashes and points of the first to the fourth series (0 to 3), which tell them apart without colour. */
export function lineStyle(n) {
  return { width: n === 0 ? 3 : 2, dash: DASHES[n] ?? [], points: { show: n !== 3, size: n === 2 ? 9 : 6 } };
}
