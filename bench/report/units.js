// @ts-check

/** @typedef {'×' | '%' | 'µs' | 'ms' | 's' | '/s' | 'MB' | 'B' | 'bytes' | 'count'} Unit */

/**
 * A number with its unit, in no more digits than can be believed.
 * @param {number | string | undefined} value
 * @param {Unit} unit
 */
export function withUnit(value, unit) {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (typeof value === 'string') return value;
  switch (unit) {
    case '×':
      return `${digits(value)} ×`;
    case '%':
      return `${digits(value * 100)} %`;
    case '/s':
      return `${grouped(Number(value.toPrecision(3)))}/s`;
    case 'MB':
      return `${digits(value / 2 ** 20)} MiB`;
    case 'count':
      return grouped(value);
    case 'bytes':
      return `${grouped(Math.round(value))} B`;
    default:
      return `${digits(value)} ${unit}`;
  }
}

/** Two or three digits that count. */
export function digits(/** @type {number} */ value) {
  if (value === 0) return '0';
  if (Math.abs(value) >= 100) return grouped(Math.round(value));
  return String(Number(value.toPrecision(Math.abs(value) >= 10 ? 3 : 2)));
}

/** @param {number} value */
function grouped(value) {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}
