/** Numbers with their units, and times. No elements here, but for `timeOf`. */

import { el } from './dom.js';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
const NUMBER = new Intl.NumberFormat('en');

export function count(number) {
  return NUMBER.format(number);
}

/** `1 entry`, `2,000 entries`. */
export function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Three digits and the unit, in steps of 1000. */
export function bytes(number) {
  let value = Math.abs(number);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${number < 0 ? '−' : ''}${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** With a sign; nothing for nothing. */
export function growth(bytesAMinute) {
  if (Math.abs(bytesAMinute) < 1) return '0 B/min';
  return `${bytesAMinute > 0 ? '+' : ''}${bytes(bytesAMinute)}/min`;
}

export function duration(ms) {
  if (ms < 9.995) return `${ms.toFixed(2)} ms`;
  if (ms < 99.95) return `${ms.toFixed(1)} ms`;
  if (ms < 9_995) return `${count(Math.round(ms))} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

export function perSecond(number) {
  return number < 9.95 && number > 0 ? number.toFixed(1) : count(Math.round(number));
}

/** A moment in local time, with its day where that is not today; UTC in the title. */
export function timeOf(iso, withMillis = false) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return el('span', {}, 'an unknown time');
  return el('time', { datetime: date.toISOString(), title: `${date.toISOString()} (UTC)` }, clock(date, withMillis));
}

export function clock(date, withMillis = false) {
  const isToday = date.toDateString() === new Date().toDateString();
  const time = CLOCK.format(date) + (withMillis ? `.${String(date.getMilliseconds()).padStart(3, '0')}` : '');
  if (isToday) return time;
  const isThisYear = date.getFullYear() === new Date().getFullYear();
  return `${DAY.format(date)}${isThisYear ? '' : ` ${date.getFullYear()}`}, ${time}`;
}
