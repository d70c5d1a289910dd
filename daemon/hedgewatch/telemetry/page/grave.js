// What must be looked at: it is never folded away.

import { standing } from "./alerts.js";
import { number } from "./format.js";

export const isSeen = (account) => account.account_blind === false && account.reason === "" && account.account_unusable !== true;

/** Who is spoken of by an alert that stands, or cannot be seen: of these nothing is folded. */
export function graveOf(state) {
  const told = new Set(standing(state).map((alert) => nameOf(alert.scope, alert.labels)));
  const dark = new Set(state.accounts.filter((account) => !isSeen(account)).map((account) => account.account));
  const speaks = (scope, row) => told.has(nameOf(scope, row));
  const position = (row) => speaks("position", row) || dark.has(row.account) || isNear(row);
  const pool = (row) => speaks("pool", row) || dark.has(row.account) || isPressed(row) || row.positions.some(position);
  const hedge = (row) => speaks("hedge", row) || isOff(row);
  const asset = (row) => speaks("asset", row) || [row.net_exposure, row.gross_exposure].some((value) => number(value) === null);
  const account = (row) => speaks("account", row) || dark.has(row.account) || row.key_too_powerful === true || row.unseen.length > 0
    || row.feeds.some((feed) => feed.feed_up !== true || speaks("feed", { ...feed, account: row.account }));
  return { position, pool, hedge, asset, account };
}

const nameOf = (scope, row) => [scope, row.account, scope === "pool" && row.pool, scope === "position" && `${row.symbol} ${row.position}`,
  row.hedge, row.feed, row.asset].filter(Boolean).join("|");

/** Nearer than a fifth, or than three of its usual daily moves; or not known. */
function isNear(position) {
  const away = number(position.liquidation_distance), sigmas = number(position.liquidation_distance_sigmas);
  return away === null || away < 0.2 || (sigmas !== null && sigmas < 3);
}

/** Beyond what the first shipped rule of margin bears. */
function isPressed(pool) {
  const [ratio, down, up] = [pool.margin_ratio, pool.shock_down, pool.shock_up].map(number);
  return ratio === null || ratio > 0.6 || down === null || down > -0.12 || up === null || up < 0.12;
}

/** Beyond what the shipped rule of drift bears. */
export function isOff(hedge) {
  const drift = number(hedge.hedge_drift), floor = number(hedge.hedge_drift_floor) ?? 0;
  return drift === null || hedge.hedge_broken === true || Math.abs(drift) > Math.max(0.05, floor);
}
