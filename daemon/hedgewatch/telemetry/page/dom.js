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
  lay(place, nodes.flat(Infinity).filter((node) => node !== null && node !== undefined));
}

function lay(place, nodes) {
  const keyed = new Map();
  for (const child of place.children) if (child.dataset.key) keyed.set(child.dataset.key, child);
  nodes.forEach((node, index) => {
    const wanted = typeof node === "string" ? document.createTextNode(node) : node;
    const known = wanted.dataset?.key && keyed.get(wanted.dataset.key);
    if (known && known !== place.childNodes[index]) {
      place.insertBefore(known, place.childNodes[index] ?? null);
    }
    const there = place.childNodes[index];
    if (!there) place.append(wanted);
    else if (!isSame(there, wanted)) place.replaceChild(wanted, there);
    else become(there, wanted);
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
    if (there.getAttribute(name) !== value) there.setAttribute(name, value);
  }
  lay(there, [...wanted.childNodes]);
}
