// Numbers as people read them. The daemon tells an infinite number as "inf" or "-inf", and one that
// it does not know as {unknown: reason}: that is never shown as a number.

import { el } from "./dom.js";

const plain = (least, most) =>
  new Intl.NumberFormat("en-US", { minimumFractionDigits: least, maximumFractionDigits: most });
const FORMATS = new Map();

/** A number; null where it is not known. */
export function number(value) {
  if (value === "inf") return Infinity;
  if (value === "-inf") return -Infinity;
  return typeof value === "number" ? value : null;
}

/** Why it is not known; empty where it is. */
export function whyUnknown(value) {
  if (value === null || value === undefined) return "not told";
  return typeof value === "object" ? value.unknown ?? "not told" : "";
}

function written(value, digits, signed = false) {
  if (value === Infinity) return signed ? "+∞" : "∞";
  if (value === -Infinity) return "−∞";
  if (!FORMATS.has(digits)) FORMATS.set(digits, plain(digits, digits));
  const text = FORMATS.get(digits).format(Math.abs(value));
  const isZero = !/[1-9]/.test(text);
  if (value < 0 && !isZero) return `−${text}`;
  return signed && !isZero ? `+${text}` : text;
}

const unit = (value) => (Number.isFinite(value) ? "\u00a0%" : "");
export const percent = (value, digits = 1) => written(value * 100, digits) + unit(value);
export const move = (value, digits = 1) => written(value * 100, digits, true) + unit(value);
export const count = (value, digits = 0) => written(value, digits);
export const signed = (value, digits = 0) => written(value, digits, true);

/** Money, to the cent while that matters. */
export const money = (value) => written(value, Math.abs(value) < 100000 ? 2 : 0);
export const gain = (value) => written(value, Math.abs(value) < 100000 ? 2 : 0, true);

/** A price: cents of large ones, more digits of small ones. */
export function price(value) {
  const size = Math.abs(value);
  if (!Number.isFinite(size) || size >= 100) return written(value, 2);
  return written(value, size >= 1 ? 4 : Math.min(12, 5 - Math.floor(Math.log10(size || 1))));
}

/** A quantity of contracts or coins, without zeros that say nothing. */
export function amount(value) {
  if (!Number.isFinite(value)) return written(value, 0);
  return value < 0 ? `−${plain(0, 6).format(-value)}` : plain(0, 6).format(value);
}

/** So many seconds: 4 s, 3 min, 2 h, 5 d. */
export function span(seconds) {
  if (!Number.isFinite(seconds)) return "∞";
  const passed = Math.max(0, seconds);
  if (passed < 100) return `${Math.floor(passed)} s`;
  if (passed < 5940) return `${Math.round(passed / 60)} min`;
  return passed < 172800 ? `${Math.round(passed / 3600)} h` : `${Math.round(passed / 86400)} d`;
}

/** The time of day here, of epoch seconds. */
export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString("en-GB");
}

/** The same as an element that also says the day. */
export function moment(seconds) {
  const when = new Date(seconds * 1000).toISOString();
  return el("time", { datetime: when, title: when }, clock(seconds));
}

/** The number in its format, or that it is unknown and why. */
export function told(value, format, { reason = true } = {}) {
  const known = number(value);
  if (known !== null) return format(known);
  const why = reason && whyUnknown(value);
  return el("span", { class: "unknown" }, "unknown", why ? `: ${why}` : "");
}
