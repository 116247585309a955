// @ts-check
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * The most memory that this process ever had resident, and that of its server, where it has one.
 * @param {number} [server]
 */
export function peakRssOf(server) {
  return process.resourceUsage().maxRSS * 1024 + (server === undefined ? 0 : statusOf(server, 'VmHWM'));
}

/** @param {number} [server] */
export function rssOf(server) {
  return process.memoryUsage.rss() + (server === undefined ? 0 : statusOf(server, 'VmRSS'));
}

/** Bytes that V8 and what it refers to outside the heap take, after everything dead has been collected. */
export function collectedBytes() {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Needs --expose-gc, which every child gets. */
export function collect() {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
}

/** @param {number | 'self'} pid @param {string} name */
function statusOf(pid, name) {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'));
  return Number(line?.[1] ?? Number.NaN) * 1024;
}

/** Forgets the peaks so far. @param {number} [server] */
export function resetPeakRss(server) {
  for (const pid of server === undefined ? ['self'] : ['self', server]) writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** The most memory resident since `resetPeakRss`. @param {number} [server] */
export function peakRssSince(server) {
  return statusOf('self', 'VmHWM') + (server === undefined ? 0 : statusOf(server, 'VmHWM'));
}
