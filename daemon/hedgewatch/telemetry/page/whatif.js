// What a common move of all prices would do: the engine is asked, nothing is reckoned here.

import { el, show } from "./dom.js";
import { gain, number, percent, told, whyUnknown } from "./format.js";

const AGAIN = 5000, PATIENCE = 150;
const slider = document.getElementById("move"), moved = document.getElementById("moved");
const place = document.getElementById("whatif");
let timer = 0, asked = 0;

export function beginWhatIf() {
  slider.addEventListener("input", () => { say(); ask(PATIENCE, "polite"); });
  say();
  ask(0);
}

const common = () => Number(slider.value) / 100;

function say() {
  const value = Number(slider.value);
  const text = value ? `${value > 0 ? "+" : "−"}${Math.abs(value)} %` : "0 %: as it is";
  moved.textContent = text;
  slider.setAttribute("aria-valuetext", text);
}

/** Ask soon, and again as long as it is looked at: prices move meanwhile. A screen reader says what
 * a move of the slider does, and not all of it again every few seconds. */
function ask(wait, said = "off") {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    place.setAttribute("aria-live", said);
    if (!document.hidden) await look();
    ask(AGAIN);
  }, wait);
}

async function look() {
  const mine = ++asked;
  try {
    const answer = await fetch(`${location.origin}/api/v1/stress?common=${common()}`, { cache: "no-store" });
    if (!answer.ok) throw new Error(`the daemon answers ${answer.status}`);
    const document = await answer.json();
    if (mine === asked) show(place, picture(document));
  } catch (error) {
    if (mine === asked) show(place, el("p", { class: "unknown" }, `Unknown: ${error.message}`));
  }
}

function picture(answer) {
  if (!answer.pools.length && !answer.hedges.length) return el("p", { class: "none" }, "Nothing is held.");
  return el("table", {}, el("caption", { class: "unseen" }, "After that move"),
    el("thead", {}, el("tr", {}, ["", "now", "then"].map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, answer.pools.map(pool), answer.hedges.map(hedge)));
}

function pool(row) {
  const then = row.stress.common, isGone = then?.stressed_liquidated === true;
  return el("tr", { "data-key": `p${row.account}/${row.pool}` }, el("th", { scope: "row" }, `${row.account}/${row.pool}`),
    el("td", { class: "number" }, told(row.margin_ratio, percent, { reason: false })),
    el("td", { class: `number ${isGone ? "bad" : ""}` }, then === undefined ? unknown(row.stress)
      : [told(then.stressed_margin_ratio, percent), isGone ? " liquidated" : ""]));
}

function hedge(row) {
  const then = row.stress.common;
  const loss = then === undefined ? null : number(then.stressed_loss);
  return el("tr", { "data-key": `h${row.hedge}` }, el("th", { scope: "row" }, `${row.hedge}, after the hedge`), el("td", { class: "number" }, ""),
    el("td", { class: "number" }, loss === null ? unknown(row.stress) : gain(0 - loss)));
}

const unknown = (why) => el("span", { class: "unknown" }, `unknown: ${whyUnknown(why)}`);
