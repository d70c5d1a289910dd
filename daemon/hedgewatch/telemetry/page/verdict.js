// The first screen: am I safe, and if not what must I do.

import { ending, standing, summaryOf } from "./alerts.js";
import { graveness } from "./charts.js";
import { el } from "./dom.js";
import { move, number, percent, price } from "./format.js";
import { isSeen } from "./grave.js";
import { UNVOUCHED } from "./sight.js";

/** How grave it is, in one word for the colour, and in words. */
export function verdictOf(state) {
  const stands = standing(state), calm = stands.filter((alert) => alert.calm_since);
  const of = (severity) => stands.filter((alert) => alert.severity === severity && !alert.calm_since);
  const [critical, warning] = [of("critical"), of("warning")];
  const blind = state.accounts.filter((account) => !isSeen(account));
  const [first] = critical.filter((alert) => !alert.acknowledged);
  if (first) return say("critical", "Act now", summaryOf(first), counted(stands), first.remedy);
  if (critical.length) return say("critical", "Critical, acknowledged", summaryOf(critical[0]), `by ${critical[0].acknowledged.by}`, critical[0].remedy);
  if (blind.length) return say("unsure", "Not all is in sight", blind.map((each) => `${each.account}: ${each.reason || UNVOUCHED}`).join("; "), counted(stands));
  if (calm.some((alert) => alert.severity === "critical") && !state.reasons.length) return calmForNow(calm, stands, warning, state.now);
  if (warning.length) return say("warning", "Look at it soon", summaryOf(warning[0]), counted(stands), warning[0].remedy);
  if (state.reasons.length) return say("unsure", "Not all is in sight", state.reasons.join("; "), counted(stands));
  if (calm.length) return calmForNow(calm, stands, [], state.now);
  if (!state.accounts.length) return say("unsure", "Nothing known yet", "No account was read yet.", "");
  return say("calm", "All well", "No critical rule and no warning fires, and every account is in sight.", counted(stands));
}

/** What fired is safe again by the numbers of now, and not yet believed. A warning that goes on is what is left to look at. */
function calmForNow(calm, stands, warning, now) {
  const ends = calm.map((alert) => alert.resolved_at);
  const last = ends.every(Boolean) ? Math.max(...ends) : null;
  const rest = numbered(stands.filter((alert) => !alert.calm_since));
  const more = `${numbered(calm)}: resolved ${ending(last, now)}${rest && `; goes on: ${rest}`}`;
  const [first] = warning.length ? warning : calm;
  return say("warning", "Calm for now", summaryOf(first), more, warning[0]?.remedy);
}

const say = (kind, title, why, more, remedy = "") => ({ kind, title, why: why ?? "", more, remedy });

/** How many of each severity; what is calm is counted apart. */
function counted(stands) {
  const calm = numbered(stands.filter((alert) => alert.calm_since));
  const rest = numbered(stands.filter((alert) => !alert.calm_since));
  return [rest, calm && `calm for now: ${calm}`].filter(Boolean).join("; ");
}

function numbered(alerts) {
  const words = ["critical", "warning", "info"].map((severity) => [severity, alerts.filter((each) => each.severity === severity).length]);
  return words.filter(([, many]) => many).map(([severity, many]) => `${many} ${severity}`).join(", ");
}

export function verdictCard(verdict, state) {
  return [
    el("div", { class: "say" }, el("h1", {}, verdict.title), verdict.more ? el("p", { class: "more" }, verdict.more) : null),
    verdict.why ? el("p", { class: "why" }, verdict.why) : null,
    verdict.remedy ? el("p", { class: "do" }, `To be safe: ${verdict.remedy}`) : null,
    state ? el("dl", { class: "tiles" }, worstRatio(state), nearestLine(state), worstDrift(state)) : null,
  ];
}

const tile = (term, value, about, kind) => el("div", { class: kind }, el("dt", {}, term), el("dd", {}, el("strong", {}, value), el("small", {}, about)));

/** The worst of what is known; what is not known is said beside it and never hides it. */
function worstRatio(state) {
  const [known, unknown] = parted(state.pools.filter((each) => each.pool !== null), (each) => each.margin_ratio);
  const [pool] = known.sort((a, b) => number(b.margin_ratio) - number(a.margin_ratio));
  if (!pool && !unknown.length) return tile("margin ratio", "none", "no pool", "");
  if (!pool) return tile("margin ratio", "unknown", `${unknown[0].account}/${unknown[0].pool}`, graveness(null));
  const ratio = number(pool.margin_ratio), grave = graveness(ratio);
  return tile("margin ratio", percent(ratio), `${pool.account}/${pool.pool}${beside(unknown)}`, unknown.length && grave === "calm" ? "unsure" : grave);
}

function nearestLine(state) {
  const held = state.pools.flatMap((pool) => pool.positions);
  const [known, unknown] = parted(held, (each) => each.liquidation_distance);
  if (!known.length && unknown.length) {
    const worst = least(unknown, (each) => each.liquidation_distance_worst);
    return tile("liquidation", "unknown", `${worst.symbol.split("/")[0]}${atWorst(worst.liquidation_distance_worst, percent)}`, "unsure");
  }
  const [first] = known.sort((a, b) => number(a.liquidation_distance) - number(b.liquidation_distance));
  if (!first || number(first.liquidation_distance) === Infinity) return tile("liquidation", "∞", `no price does${beside(unknown)}`, unknown.length ? "unsure" : "calm");
  const mark = number(first.mark_price);
  const lines = [first.liquidation_price_down, first.liquidation_price_up].map(number).filter((line) => line > 0 && Number.isFinite(line));
  const line = lines.sort((a, b) => Math.abs(a - mark) - Math.abs(b - mark))[0];
  const away = number(first.liquidation_distance);
  return tile("liquidation", line === undefined ? percent(away) : far(line / mark - 1), `${first.symbol.split("/")[0]} at ${line === undefined ? "none" : price(line)}${beside(unknown)}`,
    away < 0.1 ? "critical" : unknown.length ? "unsure" : away < 0.2 ? "warning" : "calm");
}

function worstDrift(state) {
  if (!state.hedges.length) return null;
  const [known, unknown] = parted(state.hedges, (each) => each.hedge_drift);
  if (!known.length) return tile("hedge drift", "unknown", `${unknown[0].hedge}${atWorst(unknown[0].hedge_drift_worst, move)}`, "unsure");
  const drift = (hedge) => Math.abs(number(hedge.hedge_drift));
  const [worst] = known.sort((a, b) => drift(b) - drift(a));
  return tile("hedge drift", move(number(worst.hedge_drift)), `${worst.hedge}${beside(unknown)}`, drift(worst) > 0.05 ? "warning" : unknown.length ? "unsure" : "calm");
}

/** Without digits that nobody needs, where it is far. */
const far = (value) => move(value, Math.abs(value) < 1 ? 1 : 0);

/** What may be behind what is not known, as far as that can be said. */
const atWorst = (value, format) => (number(value) === null ? "" : `, at worst ${format(number(value))}`);
const least = (rows, of) => rows.reduce((low, row) => ((number(of(row)) ?? Infinity) < (number(of(low)) ?? Infinity) ? row : low));

const parted = (rows, of) => [rows.filter((row) => number(of(row)) !== null), rows.filter((row) => number(of(row)) === null)];
const beside = (unknown) => (unknown.length ? `, ${unknown.length} unknown` : "");
