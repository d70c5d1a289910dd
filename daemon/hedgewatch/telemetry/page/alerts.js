// What fires, the gravest first, and what happened lately.

import { el } from "./dom.js";
import { clock, moment, span } from "./format.js";

const WORDS = { critical: "Critical", warning: "Warning", info: "Info" };
const OURS = "/runbooks/";

export const standing = (state) => state.alerts.filter((alert) => alert.alertstate !== "pending");

/** What it is about in one line; of what is calm for now the rule has other words. */
export const summaryOf = (alert) => (alert.calm_since && alert.annotations.resolved) || (alert.annotations.summary ?? "");

export function alertCards(state, now) {
  const stands = standing(state);
  const waits = state.alerts.filter((alert) => alert.alertstate === "pending");
  return [
    stands.length ? null : el("p", { class: "none", "data-key": "none" }, "No rule fires."),
    stands.map((alert) => card(alert, now)),
    waits.length ? el("p", { class: "waits", "data-key": "waits" }, "About to fire: ", waits.map(name).join(", ")) : null,
  ];
}

const name = (alert) => `${alert.alertname} (${alert.subject})`;

function card(alert, now) {
  const ended = alert.alertstate === "ended" ? `, ended: ${alert.reason}` : "";
  const since = alert.fired_at ?? alert.active_since;
  return el(
    "article",
    { class: `card alert ${alert.severity}`, "aria-label": `${alert.severity}: ${alert.alertname}, ${alert.subject}`, "data-key": `${alert.alertname}|${alert.subject}` },
    el("h3", {}, el("span", { class: "badge" }, WORDS[alert.severity] ?? alert.severity), " ", alert.alertname,
      el("span", { class: "about" }, ` ${alert.subject}${ended}`)),
    el("p", { class: "summary" }, summaryOf(alert)),
    advice(alert, now),
    el("p", { class: "dim" }, "since ", moment(since), ` (${span(now - since)})`, seen(alert), silenced(alert)),
    runbook(alert),
  );
}

/** When what is calm is resolved: what waits for another look at it has no time. */
export const ending = (at, now) => (!at ? "if that lasts" : at > now ? `at ${clock(at)} if it lasts` : "at the next observation if it lasts");

/** What to do; of what is calm for now there is nothing to do. */
function advice(alert, now) {
  if (alert.calm_since) {
    return el("p", { class: "dim" }, `Its condition has not held for ${span(now - alert.calm_since)}: resolved ${ending(alert.resolved_at, now)}.`);
  }
  return alert.annotations.description ? el("p", { class: "remedy" }, alert.annotations.description) : null;
}

function seen(alert) {
  const by = alert.acknowledged;
  if (!by) return alert.severity === "critical" ? " · not acknowledged" : "";
  const until = by.until ? ` until ${clock(by.until)}` : "";
  return ` · acknowledged by ${by.by}${until}${by.comment ? `: ${by.comment}` : ""}`;
}

function silenced(alert) {
  return alert.silence ? ` · silenced by ${alert.silence.by ?? "a silence"}` : "";
}

function runbook(alert) {
  const link = runbookLink(alert.annotations.runbook_url ?? "");
  return link && el("p", { class: "todo" }, el("a", { href: link, rel: "noreferrer" }, "What to do",
    el("span", { class: "unseen" }, ` about ${alert.alertname} on ${alert.subject}`)));
}

/** Our own page where it has that runbook; another site's over the web only; else nothing. */
function runbookLink(url) {
  const own = url.indexOf(`${OURS}rules/README.md`);
  if (own >= 0) return url.slice(own);
  if (/^https?:\/\//.test(url)) return url;
  return /^rules\/README\.md/.test(url) ? OURS + url : "";
}

/** What changed, the latest first. */
export function lately(changes) {
  if (!changes.length) return el("p", { class: "none" }, "Nothing has changed since the daemon began.");
  return el("ol", { class: "lately" }, changes.map((change) =>
    el("li", { "data-key": change.id, class: change.state === "resolved" ? "calm" : change.severity }, moment(change.at), " ",
      el("strong", {}, `${change.alertname} ${saying(change)}`), ` ${text(change)}`)));
}

function saying(change) {
  if (change.change !== "state") return { worse: "got worse", lapsed: "acknowledgement lapsed" }[change.change] ?? change.change;
  return { firing: "fires", resolved: "is over", ended: `ended (${change.reason})` }[change.state] ?? change.state;
}

const text = (change) => (change.state === "resolved" && change.resolved ? change.resolved : change.summary || change.subject);
