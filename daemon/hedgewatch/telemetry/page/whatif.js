// What a common move of all prices would do: the engine is asked, nothing is reckoned here.

import { el, show } from "./dom.js";
import { fold } from "./fold.js";
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
  return [
    fold("what-if of pools", answer.pools, {
      key: (row) => `${row.account}/${row.pool}`, badness: (row) => then(row.stress, "stressed_margin_ratio") ?? Infinity,
      isGrave: (row) => !(then(row.stress, "stressed_margin_ratio") <= 0.6), draw: pool, few: 5,
      summary: (many, worst) => `${many} more pools · margin ratio then at most ${percent(then(worst.stress, "stressed_margin_ratio"))}`,
      inside: (rows) => table("pools", ["pool", "now", "then"], rows),
    }),
    fold("what-if of hedges", answer.hedges, {
      key: (row) => row.hedge, badness: (row) => then(row.stress, "stressed_loss") ?? Infinity,
      isGrave: (row) => then(row.stress, "stressed_loss") === null, draw: hedge, few: 5,
      summary: (many, worst) => `${many} more hedges · at worst ${gain(0 - then(worst.stress, "stressed_loss"))}`,
      inside: (rows) => table("hedges", ["hedge", "gain or loss"], rows),
    }),
  ];
}

const then = (stress, name) => (stress.common === undefined ? null : number(stress.common[name]));

const table = (of, head, rows) => el("table", { "data-key": of }, el("caption", { class: "unseen" }, `The ${of} after that move`),
  el("thead", {}, el("tr", {}, head.map((name, index) => el("th", { scope: "col", class: index ? "number" : "" }, name)))), el("tbody", {}, rows));

function pool(row) {
  const after = row.stress.common, isGone = after?.stressed_liquidated === true;
  return el("tr", { "data-key": `p${row.account}/${row.pool}` }, el("th", { scope: "row" }, `${row.account}/${row.pool}`),
    el("td", { class: "number" }, told(row.margin_ratio, percent, { reason: false })),
    el("td", { class: `number ${isGone ? "bad" : ""}` }, after === undefined ? unknown(row.stress)
      : [told(after.stressed_margin_ratio, percent), isGone ? " liquidated" : ""]));
}

function hedge(row) {
  const loss = then(row.stress, "stressed_loss");
  return el("tr", { "data-key": `h${row.hedge}` }, el("th", { scope: "row" }, `${row.hedge}, after the hedge`),
    el("td", { class: "number" }, loss === null ? unknown(row.stress) : gain(0 - loss)));
}

const unknown = (why) => el("span", { class: "unknown" }, `unknown: ${whyUnknown(why)}`);
