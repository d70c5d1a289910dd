// Hedges as balances: what is owned against what covers it, and how far that is from the target.

import { contracts, legsBar, spark } from "./charts.js";
import { el } from "./dom.js";
import { fold, least, sift } from "./fold.js";
import { amount, count, money, move, number, percent, told, whyUnknown } from "./format.js";
import { isOff } from "./grave.js";

export function hedgeCards(state, history, grave) {
  if (!state.hedges.length) return el("p", { class: "none" }, "No hedge is configured.");
  const hedges = sift("hedges", state.hedges, (hedge) => [hedge.hedge, ...[...(hedge.exposure ?? []), ...(hedge.cover ?? [])].map((each) => `${each.holder} ${each.asset}`)].join(" "));
  return fold("hedges", hedges, {
    key: (hedge) => hedge.hedge, badness: (hedge) => (hedge.hedge_broken === true ? Infinity : Math.abs(number(hedge.hedge_drift) ?? Infinity)),
    isGrave: grave.hedge, draw: (hedge) => card(hedge, history), summary: calm, few: least(4),
  });
}

const calm = (many, worst) => `${many} more hedges · drift at most ${move(number(worst.hedge_drift))} (${worst.hedge})`;

function card(hedge, history) {
  const drift = number(hedge.hedge_drift);
  return el(
    "article",
    { class: `card ${fit(hedge)}`, "aria-label": `hedge ${hedge.hedge}`, "data-key": hedge.hedge },
    el("h3", {}, hedge.hedge, el("span", { class: "about" }, ` ${saying(hedge)}`),
      el("span", { class: "big" }, drift === null ? "unknown" : move(drift))),
    balance(hedge),
    drift === null ? el("p", { class: "unknown" },
      `Drift unknown: ${whyUnknown(hedge.hedge_drift)}; at worst `, told(hedge.hedge_drift_worst, move, { reason: false })) : terms(hedge),
    hedge.hedge_broken === true ? el("p", { class: "summary" }, `Broken: ${hedge.break_reason}`) : null,
    history ? spark([...(history[hedge.hedge] ?? []), drift], `Drift of ${hedge.hedge}`, move, 0.05) : null,
  );
}

function fit(hedge) {
  if (number(hedge.hedge_drift) === null) return "unsure";
  if (hedge.hedge_broken === true) return "critical";
  return isOff(hedge) ? "warning" : "calm";
}

function saying(hedge) {
  const drift = number(hedge.hedge_drift), floor = number(hedge.hedge_drift_floor) ?? 0;
  if (drift === null) return "";
  if (number(hedge.hedge_ratio) < 0) return "the cover adds to what is owned";
  if (Math.abs(drift) <= floor) return "fits to the contract";
  return drift < 0 ? "too little cover" : "too much cover";
}

function balance(hedge) {
  const owned = (hedge.exposure ?? []).map(leg), cover = (hedge.cover ?? []).map(leg);
  const whole = sum(owned), target = number(hedge.target);
  const wanted = target === null || whole === null ? null : whole * target;
  const scale = Math.max(whole ?? 0, sum(cover) ?? 0, wanted ?? 0, 1e-9) * 1.04;
  return el("div", { class: "balance" }, side("owned", owned, scale, null), side("cover", cover, scale, wanted));
}

const leg = (told) => ({ ...told, known: number(told.value) });
const sum = (legs) => (legs.length && legs.every((each) => each.known !== null)
  ? legs.reduce((total, each) => total + Math.abs(each.known), 0) : null);

function side(name, legs, scale, target) {
  const whole = sum(legs);
  const known = legs.filter((each) => each.known !== null).map((each) => each.known);
  const label = `${name}: ${whole === null ? "unknown" : money(whole)}${target === null ? "" : `, wanted ${money(target)}`}`;
  return [
    el("p", {}, el("span", {}, name), el("strong", {}, whole === null ? "unknown" : money(whole))),
    legsBar(known, scale, target, label),
    el("ul", { class: "legs-list" }, legs.map((each, index) => el("li", {},
      el("i", { class: `key leg-${index % 4}` }), ` ${each.holder} ${each.asset} `,
      told(each.held, amount, { reason: false }), " = ", told(each.value, money)))),
  ];
}

function terms(hedge) {
  const needed = number(hedge.contracts_to_target), floor = number(hedge.hedge_drift_floor);
  const floored = floor === null ? "" : ` (less than ±${percent(floor, 2)} is no drift: half a contract step)`;
  return el("p", { class: "dim" }, "ratio ", told(hedge.hedge_ratio, (x) => count(x, 3)), " of ",
    told(hedge.target, (x) => count(x, 3)), floored, "; unhedged ", told(hedge.residual_delta, money, { reason: false }),
    needed ? el("strong", { class: "needed" }, `${needed > 0 ? "buy" : "sell"} ${contracts(needed)} contracts to fit`) : null);
}

/** What of each asset is exposed over all accounts, wallets and positions: the most first. */
export function assetTable(state, grave) {
  const unknown = state.assets.find((row) => number(row.net_exposure) === null);
  const why = unknown && el("p", { class: "unknown", "data-key": "why" }, `${unknown.asset}: ${whyUnknown(unknown.net_exposure)}`);
  const assets = sift("assets", state.assets, (row) => row.asset);
  return el("div", { class: "card" }, fold("assets", assets, {
    key: (row) => row.asset, badness: (row) => Math.log10(Math.max(number(row.gross_exposure) ?? Infinity, 1e-9)) / 10,
    isGrave: grave.asset, draw: asset, summary: smaller, few: least(8), inside: table,
  }), why);
}

const smaller = (many, most) => `${many} more assets · the largest ${money(number(most.gross_exposure))} long and short together (${most.asset})`;

function table(rows) {
  const head = ["asset", "net, coins", "net value", "gross value"];
  return el("table", { "data-key": "table" }, el("caption", { class: "unseen" }, "Exposure of each asset over all venues"),
    el("thead", {}, el("tr", {}, head.map((name, index) => el("th", { scope: "col", class: index ? "number" : "" }, name)))),
    el("tbody", {}, rows));
}

function asset(row) {
  return el("tr", { "data-key": row.asset }, el("th", { scope: "row" }, row.asset),
    el("td", { class: "number" }, told(row.net_exposure_coins, amount, { reason: false })),
    el("td", { class: "number" }, told(row.net_exposure, money, { reason: false })),
    el("td", { class: "number" }, told(row.gross_exposure, money, { reason: false })));
}
