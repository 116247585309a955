/** Builds the page. Text only ever becomes text nodes, so that a name with markup in it stays a name. */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An element with attributes and children. `class`, `aria-…` and the like are attributes; functions under `on…` are
 * listeners; booleans set or leave out the attribute; null and undefined children are skipped.
 */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for drawings. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Replaces what a node contains. */
export function show(node, ...children) {
  node.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
}

/** Sets a text only when it differs, so that screen readers do not hear the same thing again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}
