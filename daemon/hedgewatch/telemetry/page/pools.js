// Margin pools, the worst first, each with its positions on an axis of prices.

import { graveness, priceAxis, ratioBar, spark } from "./charts.js";
import { el } from "./dom.js";
import { fold, least, sift } from "./fold.js";
import { amount, count, gain, money, move, number, percent, price, told, whyUnknown } from "./format.js";

export function poolCards(state, history, grave) {
  if (!state.pools.length) return el("p", { class: "none" }, "No margin pool is known: nothing was read yet, or nothing is held.");
  const [worst] = state.pools;
  const held = state.pools.flatMap((pool) => pool.positions.map((each) => ({ pool, each })));
  const fit = new Set(sift("positions", held, ({ pool, each }) => `${nameOf(pool)} ${pool.venue} ${each.symbol}`).map(({ each }) => each));
  const pools = sift("pools", state.pools, (pool) => `${nameOf(pool)} ${pool.venue} ${pool.positions.map((each) => each.symbol).join(" ")}`);
  const draw = (pool) => {
    const positions = positionsOf(pool, pool.positions.filter((each) => fit.has(each)), grave);
    return pool.pool === null ? loose(positions) : card(pool, positions, pool === worst && history);
  };
  return fold("pools", pools, {
    key: (pool) => `${nameOf(pool)}|${pool.venue}`, badness: (pool) => number(pool.margin_ratio) ?? Infinity,
    isGrave: grave.pool, draw, summary: calmPools, few: least(3),
  });
}

const nameOf = (pool) => (pool.pool === null ? "" : `${pool.account}/${pool.pool}`);

const positionsOf = (pool, positions, grave) => fold(`positions of ${nameOf(pool)}`, positions, {
  key: keyOf, badness: nearness,
  isGrave: grave.position, draw: position, summary: calmPositions, few: least(4),
});

/** What is not known is nearer than all that is, by its worst case. */
function nearness(held) {
  const away = number(held.liquidation_distance);
  return away === null ? 1e6 - Math.min(number(held.liquidation_distance_worst) ?? -1e5, 1e5) : 0 - away;
}

function calmPools(many, worst, pools) {
  const positions = pools.reduce((sum, pool) => sum + pool.positions.length, 0);
  return `${many} more pools, ${positions} positions · margin ratio at most ${percent(number(worst.margin_ratio))} (${nameOf(worst)})`;
}

function calmPositions(many, nearest) {
  const away = number(nearest.liquidation_distance);
  return `${many} more positions · ${away === Infinity ? "no price liquidates them" : `the nearest ${percent(away)} away (${nearest.symbol.split("/")[0]})`}`;
}

function card(pool, positions, history) {
  const name = nameOf(pool), ratio = number(pool.margin_ratio);
  return el(
    "article",
    { class: `card ${graveness(ratio)}`, "aria-label": `pool ${name}`, "data-key": `${name}|${pool.venue}` },
    el("h3", {}, name, el("span", { class: "about" }, ` ${pool.venue}`),
      el("span", { class: "big" }, ratio === null ? "unknown" : percent(ratio))),
    ratioBar(pool.margin_ratio, name, kind(pool)),
    el("p", { class: "scale", "aria-hidden": "true" }, el("span", {}, kind(pool)), el("span", {}, "100 %: liquidated")),
    ratio === null ? el("p", { class: "unknown" }, `Why: ${whyUnknown(pool.margin_ratio)}`) : facts(pool),
    history ? [spark([...(history[""] ?? []), ratio], "Worst margin ratio", percent, 1)] : null,
    pool.positions.length ? positions : el("p", { class: "dim" }, "No position."),
  );
}

/** Where it is not computed here it is the venue's own word. */
const kind = (pool) => (pool.margin_by_venue === true ? `margin ratio, as ${pool.venue} tells it` : "margin ratio");

function facts(pool) {
  const fact = (term, value) => el("div", {}, el("dt", {}, term), el("dd", {}, value));
  const shock = (value) => (Number.isFinite(value) ? move(value) : "none");
  const both = el("span", { class: "number" }, told(pool.shock_down, shock), " … ", told(pool.shock_up, shock));
  return el(
    "dl",
    { class: "facts" },
    fact(`equity, ${pool.currency}`, told(pool.equity, money)),
    fact("maintenance margin", told(pool.maintenance_margin, money)),
    fact("headroom", told(pool.headroom, money)),
    fact("move that liquidates", both),
  );
}

function loose(positions) {
  return el("article", { class: "card unsure", "data-key": "loose" },
    el("h3", {}, "Positions in no pool yet"), positions);
}

const titleOf = (held) => (held.position === "net" ? held.symbol : `${held.symbol} ${held.position}`);
const keyOf = (held) => `${held.account}|${titleOf(held)}`;

function position(held) {
  const name = titleOf(held);
  const [mark, down, up] = [held.mark_price, held.liquidation_price_down, held.liquidation_price_up].map(number);
  const isKnown = mark !== null && mark > 0 && down !== null && up !== null;
  return el(
    "div",
    { class: "position", "data-key": keyOf(held) },
    el("h4", {}, name, el("span", { class: "about" }, " ", told(held.contracts, side, { reason: false }))),
    isKnown ? [priceAxis(mark, down, up, name), legend(held, mark, down, up)]
      : el("p", {}, "mark ", told(held.mark_price, price, { reason: false }), " · liquidated at ",
        told(down === null ? held.liquidation_price_down : held.liquidation_price_up, price, { reason: false })),
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
      el("strong", {}, told(held.liquidation_distance_worst, percent, { reason: false })));
  }
  if (away === Infinity) return "no price liquidates it";
  const usual = sigmas === null ? "σ not known yet" : `${count(sigmas, 1)} σ (usual daily moves)`;
  return el("span", {}, el("strong", { class: away < 0.1 ? "bad" : "" }, percent(away)), ` to liquidation, ${usual}`);
}
