// Elements, and how a new picture is laid over the one that is there. All text goes through text
// nodes: nothing that an alert or a venue says can become markup.

const SVG = "http://www.w3.org/2000/svg";
const DRAWN = new Set(["svg", "rect", "line", "path", "g"]);

/** An element: attributes (false and null leave them out), then children, texts among them. */
export function el(tag, attributes = {}, ...children) {
  const made = DRAWN.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== "") made.append(child);
  }
  return made;
}

/** Make `place` hold these nodes. What is there already stays the same element: focus, an open
 * part and what a screen reader reads are not lost each second. `data-key` tells which is which. */
export function show(place, ...nodes) {
  const focused = document.activeElement;
  lay(place, nodes.flat(Infinity).filter((node) => node !== null && node !== undefined && node !== ""));
  if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
}

const keyOf = (node) => node.dataset?.key;

function lay(place, nodes) {
  const wanted = nodes.map((node) => (typeof node === "string" ? document.createTextNode(node) : node));
  const keys = new Set(wanted.map(keyOf).filter(Boolean));
  const keyed = new Map();
  for (const child of [...place.children]) {
    if (keys.has(keyOf(child))) keyed.set(keyOf(child), child);
    else if (keyOf(child)) child.remove();
  }
  wanted.forEach((node, index) => {
    const known = keyOf(node) && keyed.get(keyOf(node)), there = place.childNodes[index] ?? null;
    if (known && known !== there) place.insertBefore(known, there);
    if (known && isSame(known, node)) become(known, node);
    else if (known) place.replaceChild(node, known);
    else if (there && !keyOf(there) && isSame(there, node)) become(there, node);
    else if (there && !keyOf(there)) place.replaceChild(node, there);
    else place.insertBefore(node, there);
  });
  while (place.childNodes.length > nodes.length) place.lastChild.remove();
}

function isSame(there, wanted) {
  return there.nodeName === wanted.nodeName && there.dataset?.key === wanted.dataset?.key;
}

function become(there, wanted) {
  if (there.nodeType === Node.TEXT_NODE) {
    if (there.data !== wanted.data) there.data = wanted.data;
    return;
  }
  for (const name of there.getAttributeNames()) {
    if (name !== "open" && !wanted.hasAttribute(name)) there.removeAttribute(name);
  }
  for (const name of wanted.getAttributeNames()) {
    const value = wanted.getAttribute(name);
    if (name !== "open" && there.getAttribute(name) !== value) there.setAttribute(name, value);
  }
  lay(there, [...wanted.childNodes]);
}
