// A large book on a small screen: what is calm is folded into one line that says how much it is and
// how bad the worst of it. What fires, is not seen or is near its end is never folded away.

import { el } from "./dom.js";

const LARGE = 12;
const opened = new Set(), orders = new Map();
const sought = document.getElementById("seek"), found = document.getElementById("found");
let counts = [];

document.addEventListener("toggle", ({ target }) => {
  if (target.dataset.fold) opened[target.open ? "add" : "delete"](target.dataset.fold);
}, true);

/** The worst of `rows` first. The grave ones and `few` more are drawn as they are, and one line tells
 * of the rest: `summary` of how many and the worst. It stays open for who opened it, whatever moves.
 * `badness` of a row that is not grave is a number. */
export function fold(id, rows, { key, badness, isGrave, draw, summary, few, inside = (drawn) => drawn }) {
  if (!rows.length) return [];
  const ordered = inOrder(id, rows, key, badness);
  const isShown = (row, index) => index < few || isGrave(row);
  const rest = ordered.filter((row, index) => !isShown(row, index));
  if (rest.length < 2) return [inside(ordered.map(draw))];
  const worst = rest.reduce((most, row) => (badness(row) > badness(most) ? row : most));
  return [
    inside(ordered.filter(isShown).map(draw)),
    el("details", { class: "fold", "data-key": id, "data-fold": id, open: opened.has(id) && "" },
      el("summary", {}, summary(rest.length, worst, rest)), inside(rest.map(draw))),
  ];
}

/** Worst first, as it was before but for what became clearly worse than those above it: nothing that
 * is about equal changes places each second. */
function inOrder(id, rows, key, badness) {
  const before = orders.get(id), placed = [];
  const place = (row) => before?.get(key(row)) ?? Infinity;
  for (const row of before ? [...rows].sort((a, b) => place(a) - place(b) || 0) : rows) {
    let at = placed.length;
    while (at > 0 && isWorse(badness(row), badness(placed[at - 1]), Boolean(before))) at--;
    placed.splice(at, 0, row);
  }
  orders.set(id, new Map(placed.map((row, index) => [key(row), index])));
  return placed;
}

const isWorse = (one, other, clearly) => one > other + (clearly && Number.isFinite(other) ? 0.002 + 0.02 * Math.abs(other) : 0);

/** What somebody looks for by name; empty while nobody does. */
const words = () => sought.value.trim().toLowerCase();

/** How many stay unfolded: all, of what somebody looks for. */
export const least = (many) => (words() ? Infinity : many);

/** The rows that he looks for, counted as `what`. */
export function sift(what, rows, text) {
  const wanted = words();
  const fit = wanted ? rows.filter((row) => text(row).toLowerCase().includes(wanted)) : rows;
  counts.push(`${fit.length} of ${rows.length} ${what}`);
  return fit;
}

/** Draw what can be looked through, and say how much of it is shown. */
export function lookThrough(state, draw) {
  counts = [];
  draw();
  const many = state.pools.reduce((sum, pool) => sum + pool.positions.length, state.pools.length + state.hedges.length);
  document.getElementById("seeking").hidden = many <= LARGE && !words();
  const said = words() ? `Shown: ${counts.join(", ")}. What fires is always shown.` : "";
  if (found.textContent !== said) found.textContent = said;
}

export const onSeek = (draw) => sought.addEventListener("input", draw);
