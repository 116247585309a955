// @ts-check
// The few words of SVG that the plots need.

export const INK = '#1f2933';
export const QUIET = '#7b8794';
export const RULE = '#e4e7eb';
export const OURS = '#0f766e';
export const PEER = '#9fb3c8';
export const RAW = '#d9cbb3';
export const GOAL = '#c2410c';
const FONT = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [content] */
export function element(name, attributes, content = '') {
  const words = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? rounded(value) : escaped(value)}"`,
  );
  return `<${name}${words.join('')}>${content}</${name}>`;
}

/** @param {number} x @param {number} y @param {string} words @param {Record<string, string | number>} [attributes] */
export function text(x, y, words, attributes = {}) {
  return element('text', { x, y, fill: INK, 'font-size': 12, ...attributes }, escaped(words));
}

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 @param {Record<string, string | number>} [attributes] */
export function line(x1, y1, x2, y2, attributes = {}) {
  return element('line', { x1, y1, x2, y2, stroke: RULE, ...attributes });
}

/** @param {number} width @param {number} height @param {string} title @param {string} content */
export function picture(width, height, title, content) {
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  const style = { xmlns: 'http://www.w3.org/2000/svg', role: 'img', 'font-family': FONT };
  const ground = element('rect', { width, height, fill: '#ffffff' });
  return `${element('svg', { ...style, ...size }, `${element('title', {}, escaped(title))}${ground}\n${content}`)}\n`;
}

/** The powers of ten that enclose the values. @param {number[]} values @returns {[number, number]} */
export function decadesAround(values) {
  const known = values.filter((value) => value > 0 && Number.isFinite(value));
  if (known.length === 0) return [0, 1];
  const low = Math.floor(Math.log10(Math.min(...known)));
  const high = Math.ceil(Math.log10(Math.max(...known)));
  return [low, Math.max(high, low + 1)];
}

/** @param {string} words */
function escaped(words) {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** @param {number} value */
function rounded(value) {
  return String(Math.round(value * 10) / 10);
}
