// Pictures of numbers. Each is beside its numbers in words, and has its own in `aria-label`.

import { el } from "./dom.js";
import { count, move, number, percent, price } from "./format.js";

const share = (part) => `${(Math.max(0, Math.min(1, part)) * 100).toFixed(2)}%`;

/** How grave a margin ratio is: the thresholds of the shipped rules. */
export function graveness(ratio) {
  if (ratio === null) return "unsure";
  return ratio > 0.8 ? "critical" : ratio > 0.6 ? "warning" : "calm";
}

/** A margin ratio as a bar to 100 %, where it is liquidated, with the thresholds as ticks. */
export function ratioBar(value, name, kind) {
  const ratio = number(value);
  const text = ratio === null ? "unknown" : `${percent(ratio)} of 100 %, where it is liquidated`;
  return el(
    "svg",
    { class: `bar-chart ${graveness(ratio)}`, role: "img", "aria-label": `${name}: ${kind} ${text}` },
    el("rect", { class: "ground", width: "100%", height: "100%", rx: 4 }),
    ratio === null ? null : el("rect", { class: "fill", width: share(ratio), height: "100%", rx: 4 }),
    [0.6, 0.8, 0.9].map((at) => el("line", { class: "tick", x1: share(at), x2: share(at), y1: "0%", y2: "100%" })),
  );
}

/** A position on an axis of prices: where it is liquidated, and where the mark is between. */
export function priceAxis(mark, down, up, name) {
  const lines = [down, up].filter((line) => line > 0 && Number.isFinite(line));
  const words = lines.map((line) => `liquidated at ${price(line)}, ${move(line / mark - 1)} away`);
  const label = `${name}: mark ${price(mark)}; ${words.join("; ") || "no price liquidates it"}`;
  const farthest = Math.max(0.02, ...lines.map((line) => Math.abs(line / mark - 1)));
  const reach = Math.min(1, farthest * 1.25);
  const at = (line) => share(0.5 + (line / mark - 1) / reach / 2);
  const low = down > 0 ? at(down) : "0.00%";
  const high = Number.isFinite(up) ? at(up) : "100.00%";
  const safe = `${Math.max(0, parseFloat(high) - parseFloat(low)).toFixed(2)}%`;
  return el(
    "svg",
    { class: "axis", role: "img", "aria-label": label },
    el("rect", { class: "doom", width: "100%", height: "14", y: 9, rx: 3 }),
    el("rect", { class: "safe", x: low, width: safe, height: "14", y: 9 }),
    lines.map((line) => el("line", { class: "edge", x1: at(line), x2: at(line), y1: 5, y2: 27 })),
    el("line", { class: "mark", x1: "50%", x2: "50%", y1: 3, y2: 29 }),
    el("svg", { x: "50%", overflow: "visible" }, el("path", { class: "marker", d: "M-5 0h10l-5 8z" })),
  );
}

/** Legs side by side on a common scale; `target` is a tick of what is wanted. */
export function legsBar(values, scale, target, name) {
  let begun = 0;
  const parts = values.map((value, index) => {
    const part = el("rect", {
      class: `leg leg-${index % 4}`, x: share(begun / scale), width: share(Math.abs(value) / scale), height: "100%",
    });
    begun += Math.abs(value);
    return part;
  });
  const tick = target === null ? null
    : el("line", { class: "target", x1: share(target / scale), x2: share(target / scale), y1: "0%", y2: "100%" });
  return el(
    "svg",
    { class: "legs", role: "img", "aria-label": name },
    el("rect", { class: "ground", width: "100%", height: "100%", rx: 3 }), parts, tick,
  );
}

/** The last hour of a number, holes left open; `highest` is what the picture reaches at least. */
export function spark(points, name, format, highest) {
  const known = (points ?? []).filter((point) => point !== null);
  if (known.length < 2) {
    return el("p", { class: "spark-none" }, `${name}, last hour: not long enough watched yet`);
  }
  const capped = (point) => (point >= 1e9 ? Infinity : point <= -1e9 ? -Infinity : point);
  const low = Math.min(0, ...known), high = Math.min(1e3, Math.max(highest, ...known));
  const last = capped(known.at(-1)), worst = capped(known.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)));
  const label = `${name}, last hour: lowest ${format(capped(Math.min(...known)))}, highest `
    + `${format(capped(Math.max(...known)))}, last ${format(last)}`;
  const x = (index) => 360 - points.length + index;
  const y = (point) => (36 - ((Math.min(point, high) - low) / (high - low || 1)) * 34).toFixed(1);
  let pen = "M";
  const way = points.map((point, index) => {
    if (point === null) { pen = "M"; return ""; }
    const step = `${pen}${x(index)} ${y(point)}`;
    pen = "L";
    return step;
  });
  return [el(
    "svg",
    { class: "spark", viewBox: "0 0 360 38", preserveAspectRatio: "none", role: "img", "aria-label": label },
    el("line", { class: "zero", x1: 0, x2: 360, y1: y(0), y2: y(0) }),
    el("path", { class: "way", d: way.join("") }),
  ), el("p", { class: "scale", "aria-hidden": "true" }, el("span", {}, `${name}, last hour`), el("span", {}, `worst ${format(worst)}`))];
}

export const contracts = (value) => count(Math.abs(value), Number.isInteger(value) ? 0 : 3);
