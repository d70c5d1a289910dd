// Margin pools, the worst first, each with its positions on an axis of prices.

import { graveness, priceAxis, ratioBar, spark } from "./charts.js";
import { el } from "./dom.js";
import { amount, count, gain, money, move, number, percent, price, told, whyUnknown } from "./format.js";

export function poolCards(state, history) {
  if (!state.pools.length) return el("p", { class: "none" }, "No margin pool is known: nothing was read yet, or nothing is held.");
  return state.pools.map((pool, index) => (pool.pool === null ? loose(pool) : card(pool, index === 0 && history)));
}

function card(pool, history) {
  const name = `${pool.account}/${pool.pool}`, ratio = number(pool.margin_ratio);
  return el(
    "article",
    { class: `card ${graveness(ratio)}`, "data-key": `${name}|${pool.venue}` },
    el("h3", {}, name, el("span", { class: "about" }, ` ${pool.venue}`),
      el("span", { class: "big" }, ratio === null ? "unknown" : percent(ratio))),
    ratioBar(pool.margin_ratio, name),
    el("p", { class: "scale", "aria-hidden": "true" }, el("span", {}, "margin ratio"), el("span", {}, "100 %: liquidated")),
    ratio === null ? el("p", { class: "unknown" }, `Why: ${whyUnknown(pool.margin_ratio)}`) : facts(pool),
    history ? [spark([...(history[""] ?? []), ratio], "Worst margin ratio", percent, 1)] : null,
    pool.positions.length ? pool.positions.map(position) : el("p", { class: "dim" }, "No position."),
  );
}

function facts(pool) {
  const fact = (term, value) => el("div", {}, el("dt", {}, term), el("dd", {}, value));
  const shock = (value) => (Number.isFinite(value) ? move(value) : "none");
  const both = el("span", { class: "number" }, told(pool.shock_down, shock), " … ", told(pool.shock_up, shock));
  return el(
    "dl",
    { class: "facts" },
    fact(`worth, ${pool.currency}`, told(pool.equity, money)),
    fact("must be worth", told(pool.maintenance_margin, money)),
    fact("left", told(pool.headroom, money)),
    fact("move that liquidates", both),
  );
}

function loose(pool) {
  return el("article", { class: "card unsure", "data-key": "loose" },
    el("h3", {}, "Positions in no pool yet"), pool.positions.map(position));
}

function position(held) {
  const kind = held.position === "net" ? "" : ` ${held.position}`;
  const name = `${held.symbol}${kind}`;
  const [mark, down, up] = [held.mark_price, held.liquidation_price_down, held.liquidation_price_up].map(number);
  const isKnown = mark !== null && mark > 0 && down !== null && up !== null;
  return el(
    "div",
    { class: "position", "data-key": `${held.account}|${name}` },
    el("h4", {}, name, el("span", { class: "about" }, " ", told(held.contracts, side, { reason: false }))),
    isKnown ? priceAxis(mark, down, up, name) : null,
    isKnown ? legend(held, mark, down, up) : el("p", {}, "mark ", told(held.mark_price, price), "; lines ",
      told(down === null ? held.liquidation_price_down : held.liquidation_price_up, price)),
    el("p", { class: "dim" }, "value ", told(held.notional, money, { reason: false }),
      " · profit ", told(held.unrealized_pnl, gain, { reason: false }), " · ", distance(held)),
  );
}

const side = (contracts) => `${contracts < 0 ? "short" : "long"} ${amount(Math.abs(contracts))}`;

function legend(held, mark, down, up) {
  const line = (value, arrow) => (value > 0 && Number.isFinite(value)
    ? [el("strong", {}, `${arrow}\u00a0${price(value)}`), el("small", {}, move(value / mark - 1))] : `${arrow} none`);
  return el("p", { class: "legend" }, el("span", {}, line(down, "↓")),
    el("span", {}, "mark ", el("strong", {}, price(mark))), el("span", {}, line(up, "↑")));
}

/** How far the nearest line is, in usual daily moves; the worst case while the account is blind. */
function distance(held) {
  const away = number(held.liquidation_distance), sigmas = number(held.liquidation_distance_sigmas);
  if (away === null) {
    return el("span", { class: "unknown" }, `distance unknown: ${whyUnknown(held.liquidation_distance)}; at worst `,
      told(held.liquidation_distance_worst, percent, { reason: false }));
  }
  if (away === Infinity) return "no price liquidates it";
  const usual = sigmas === null ? "σ not known yet" : `${count(sigmas, 1)} σ (usual daily moves)`;
  return el("span", {}, el("strong", {}, percent(away)), ` to liquidation, ${usual}`);
}
