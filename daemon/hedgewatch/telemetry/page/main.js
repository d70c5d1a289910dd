// The page: listens to the daemon, shows what it says, and says at once when it says nothing.

import { alertCards, lately, standing, summaryOf } from "./alerts.js";
import { show } from "./dom.js";
import { lookThrough, onSeek } from "./fold.js";
import { clock, span } from "./format.js";
import { graveOf } from "./grave.js";
import { assetTable, hedgeCards } from "./hedges.js";
import { poolCards } from "./pools.js";
import { hasOutside, outsideTable, sightTable } from "./sight.js";
import { verdictCard, verdictOf } from "./verdict.js";
import { beginWhatIf } from "./whatif.js";

const LATE = 3, MOST_CHANGES = 20, LOOK = 250, SILENT = 20;
const at = (id) => document.getElementById(id);
const heard = { state: null, history: null, changes: [], when: null, isOpen: false, isLost: false, fires: null };
const began = performance.now();
let source = null;

/** Seconds since the daemon last said how things are; since the page began where it never did. */
const passed = () => (performance.now() - (heard.when ?? began)) / 1000;
const isLate = () => heard.state === null || passed() > LATE || !heard.isOpen;

function listen() {
  source?.close();
  source = new EventSource(`${location.origin}/api/v1/stream`);
  source.addEventListener("open", () => { heard.isOpen = true; });
  source.addEventListener("error", lose);
  source.addEventListener("state", (event) => take(JSON.parse(event.data)));
  source.addEventListener("history", (event) => { heard.history = JSON.parse(event.data).series; });
  source.addEventListener("alert", (event) => note({ id: event.lastEventId, ...JSON.parse(event.data) }));
}

/** The browser tries again by itself, unless it was refused: then we do. */
function lose() {
  heard.isOpen = false;
  if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  draw();
}

function take(state) {
  if (heard.state && heard.state.start !== state.start) {
    heard.changes = heard.changes.filter((change) => change.id.startsWith(state.start));
  }
  heard.state = state;
  heard.when = performance.now();
  heard.isOpen = true;
  if (heard.isLost) at("news").textContent = "Live again.";
  announce(state);
  draw();
}

function note(change) {
  if (heard.changes.some((known) => known.id === change.id)) return;
  heard.changes = [change, ...heard.changes].slice(0, MOST_CHANGES);
}

const isGrave = (alert) => alert.severity === "critical" && !alert.calm_since;

/** What begins to fire and what is over, once, for who listens instead of looking. */
function announce(state) {
  const fires = new Map(standing(state).map((alert) => [`${alert.alertname}|${alert.subject}`, alert]));
  const before = heard.fires;
  heard.fires = fires;
  const added = [...fires].filter(([key]) => !before?.has(key)).map(([, alert]) => alert);
  const over = before ? [...before].filter(([key]) => !fires.has(key)).map(([, alert]) => alert) : [];
  const words = (alert) => `${alert.calm_since ? "calm for now" : alert.severity}: ${alert.alertname}, ${summaryOf(alert) || alert.subject}`;
  const grave = added.filter(isGrave);
  if (grave.length) at("alarm").textContent = grave.map(words).join(". ");
  const rest = [...added.filter((alert) => !isGrave(alert)).map(words), ...over.map((alert) => `over: ${alert.alertname}, ${alert.subject}`)];
  if (rest.length) at("news").textContent = rest.join(". ");
}

function draw() {
  drawLine();
  const { state, history, changes } = heard;
  if (state === null) return;
  const elapsed = passed(), late = isLate();
  const verdict = late
    ? { kind: "unsure", title: "Not known", why: `The daemon has said nothing for ${span(elapsed)}. What is below was true then.`, more: "" }
    : verdictOf(state);
  at("verdict").className = `verdict ${verdict.kind}`;
  show(at("verdict"), verdictCard(verdict, late ? null : state));
  const named = state.instance === "hedgewatch" ? "" : state.instance;
  document.title = `${late ? "?" : verdict.title}: ${named} hedgewatch`.replace("  ", " ");
  show(at("instance"), named);
  show(at("version"), `hedgewatch ${state.version}`);
  show(at("alerts"), alertCards(state, state.now + elapsed));
  lookThrough(state, () => drawBook(state, history, elapsed));
  at("outside-part").hidden = !hasOutside(state);
  if (hasOutside(state)) show(at("outside"), outsideTable(state, elapsed));
  show(at("lately"), lately(changes));
}

/** What grows with the book. */
function drawBook(state, history, elapsed) {
  const grave = graveOf(state);
  show(at("pools"), poolCards(state, history, grave));
  show(at("hedges"), hedgeCards(state, history, grave));
  at("assets-part").hidden = !state.assets.length;
  if (state.assets.length) show(at("assets"), assetTable(state, grave));
  show(at("sight"), sightTable(state, elapsed, grave));
}

/** Whether we hear the daemon: said at the top, and across the page while we do not. */
function drawLine() {
  const late = isLate(), then = heard.state ? `; below is how it was at ${clock(heard.state.now)}` : "";
  document.body.classList.toggle("stale", late && heard.state !== null);
  at("line").className = late ? "line lost-line" : "line";
  at("line").textContent = late ? "no connection" : `live ${clock(heard.state.now + passed())}`;
  const isLost = late && (heard.state !== null || passed() > LATE);
  at("lost").hidden = !isLost;
  at("lost").textContent = isLost ? `No news for ${span(passed())}${then}. Trying again.` : "";
  if (isLost && !heard.isLost) at("alarm").textContent = at("lost").textContent;
  heard.isLost = isLost;
}

/** Late news are drawn as late; a line that is open and silent is opened anew. */
function look() {
  if (isLate()) draw(); else drawLine();
  if (passed() > SILENT && source.readyState === EventSource.OPEN) { heard.isOpen = false; listen(); }
}

listen();
beginWhatIf();
onSeek(draw);
setInterval(look, LOOK);
document.addEventListener("visibilitychange", look);
