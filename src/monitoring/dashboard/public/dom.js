/** Builds the page. Text only ever becomes text nodes, so that a key with markup in it stays a key. */

/** Characters that are not to be seen, or turn what stands around them: controls, directions, half pairs, fillers. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * An element with attributes and children. `class`, `aria-…` and the like are attributes; functions under `on…` are
 * listeners; booleans set or leave out the attribute; null and undefined children are skipped.
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...present(children));
  return node;
}

/** Replaces what a node contains. */
export function show(node, ...children) {
  node.replaceChildren(...present(children));
}

/** Sets a text only when it differs, so that nothing is laid out, or read out, again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * A text that somebody else wrote, kept apart from what stands around it, in which every character can be seen.
 * @param allowed a character that is shown as it is, such as the newline of a text that was set out in lines
 * @returns {HTMLElement} `<bdi>`
 */
export function foreign(text, className, allowed) {
  const node = el('bdi', { class: className });
  let end = 0;
  for (const match of text.matchAll(UNSEEN)) {
    if (match[0] === allowed) continue;
    if (match.index > end) node.append(text.slice(end, match.index));
    node.append(el('span', { class: 'odd-char' }, codePoint(match[0])));
    end = match.index + match[0].length;
  }
  node.append(text.slice(end));
  return node;
}

/** The same for places where only plain text fits. */
export function plainForeign(text) {
  return text.replace(UNSEEN, codePoint);
}

function codePoint(char) {
  return `U+${char.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function present(children) {
  return children.flat(2).filter((child) => child !== null && child !== undefined && child !== false);
}
