// Whether what is shown can be believed: accounts with their feeds, signals and calendars.

import { el } from "./dom.js";
import { fold, least, sift } from "./fold.js";
import { amount, number, span, told, whyUnknown } from "./format.js";
import { isSeen } from "./grave.js";

/** Said of an account that is not seen where nobody told why. */
export const UNVOUCHED = "nothing of it can be vouched for";

/** `passed` are the seconds since the daemon said all this: everything is older by so much. */
export function sightTable(state, passed, grave) {
  if (!state.accounts.length) return el("p", { class: "none" }, "No account is watched.");
  const accounts = sift("accounts", state.accounts, (account) => `${account.account} ${account.venue}`);
  return fold("sight", accounts, {
    key: (account) => account.account, badness: (account) => (isSeen(account) ? 0 : 1),
    isGrave: grave.account, draw: (account) => card(account, passed), summary: (many, _, rest) => calm(many, rest, passed), few: least(4),
  });
}

function calm(many, accounts, passed) {
  const ages = accounts.flatMap((account) => account.feeds).map((feed) => number(feed.data_age_seconds)).filter((age) => age !== null);
  const oldest = ages.length ? ` · the oldest news ${span(Math.max(...ages) + passed)} old` : "";
  return `${many} more accounts, all in sight${oldest}`;
}

function card(account, passed) {
  return el(
    "article",
    { class: `card ${isSeen(account) ? "calm" : "critical"}`, "aria-label": `account ${account.account}`, "data-key": account.account },
    el("h3", {}, account.account, el("span", { class: "about" }, ` ${account.venue}`),
      el("span", { class: "state" }, isSeen(account) ? "in sight" : "blind")),
    isSeen(account) ? null : el("p", { class: "summary" }, account.reason || UNVOUCHED),
    account.key_too_powerful === true ? el("p", { class: "summary" }, "Its key may do more than read.") : null,
    account.unseen.map((what) => el("p", { class: "summary" }, `Not seen: ${what}.`)),
    el("table", {}, el("caption", { class: "unseen" }, `Feeds of ${account.account}`),
      el("thead", {}, el("tr", {}, ["feed", "state", "age"].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, account.feeds.map((feed) => row(feed, passed)))),
  );
}

function row(feed, passed) {
  const isUp = feed.feed_up === true;
  return el("tr", { "data-key": feed.feed }, el("th", { scope: "row" }, feed.feed),
    el("td", { class: isUp ? "" : "bad" }, isUp ? "delivers" : `down: ${feed.reason || "never heard of"}`),
    el("td", { class: "number" }, told(feed.data_age_seconds, (age) => span(age + passed), { reason: false })));
}

export const hasOutside = (state) => state.signals.length + state.calendars.length > 0;

export function outsideTable(state, passed) {
  return el("table", { class: "card" }, el("caption", { class: "unseen" }, "Signals and calendars"),
    el("thead", {}, el("tr", {}, ["name", "value", "age, or when"].map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, state.signals.map((each) => signal(each, passed)), state.calendars.map((each) => calendar(each, passed))));
}

function signal(each, passed) {
  const value = number(each.signal_value) === null
    ? el("span", { class: "unknown" }, `unknown: ${each.reason || each.signal_value.unknown}`)
    : `${amount(number(each.signal_value))} ${each.unit}`;
  return el("tr", { "data-key": `s${each.signal}` }, el("th", { scope: "row" }, each.signal), el("td", { class: "number" }, value),
    el("td", { class: "number" }, told(each.signal_age_seconds, (age) => span(age + passed), { reason: false })));
}

function calendar(each, passed) {
  const until = number(each.event_in_seconds);
  const when = until === null ? el("span", { class: "unknown" }, `unknown: ${each.reason || whyUnknown(each.event_in_seconds)}`)
    : until === Infinity ? "nothing ahead" : until === 0 ? "now" : `in ${span(until - passed)}`;
  return el("tr", { "data-key": `c${each.calendar}` }, el("th", { scope: "row" }, each.calendar), el("td", {}, each.event || "–"), el("td", { class: "number" }, when));
}
