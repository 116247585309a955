/** Keeps the page on the line: listens, and does so again whenever the line is lost, for as long as it takes. */

import { address } from './api.js';

/** A snapshot comes every second; a silence of this length means that the line is dead. */
const SILENCE_MS = 6_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 4_000;
const EVENTS = ['hello', 'state', 'entries', 'compaction', 'dropped'];

/**
 * @param {{ onEvent: Function, onStatus: Function }} handlers `onStatus` hears `connecting`, `live`, `lost` and `refused`
 * @returns {{ open(choice: object): void }} opens the line, or opens it anew with another choice of entries
 */
export function createLine({ onEvent, onStatus }) {
  let source;
  let choice = {};
  let retry;
  let silence;
  let delayMs = FIRST_RETRY_MS;
  let heardAt = 0;

  function listen() {
    hangUp();
    source = new EventSource(address('events', choice));
    for (const name of EVENTS) source.addEventListener(name, (event) => heard(name, event));
    source.addEventListener('error', tryLater);
    expectSound();
  }

  function heard(name, event) {
    delayMs = FIRST_RETRY_MS;
    heardAt = performance.now();
    expectSound();
    if (name === 'hello') onStatus('live');
    onEvent(name, JSON.parse(event.data));
  }

  function expectSound() {
    clearTimeout(silence);
    silence = setTimeout(tryLater, SILENCE_MS);
  }

  function tryLater() {
    hangUp();
    onStatus('lost');
    // A little chance keeps many pages from knocking all at once.
    retry = setTimeout(knock, delayMs * (0.75 + Math.random() / 2));
    delayMs = Math.min(delayMs * 2, LAST_RETRY_MS);
  }

  /** An event stream does not say why it was refused; a request does. */
  async function knock() {
    const status = await fetch(address('events', choice), { method: 'HEAD' }).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 401 || status === 403) onStatus('refused');
    else if (status === 200) return listen();
    tryAgain();
  }

  function tryAgain() {
    retry = setTimeout(knock, delayMs);
    delayMs = Math.min(delayMs * 2, LAST_RETRY_MS);
  }

  function hangUp() {
    clearTimeout(retry);
    clearTimeout(silence);
    source?.close();
    source = undefined;
  }

  /** A device that slept may hold a line that died long ago. */
  function wake() {
    if (document.visibilityState !== 'visible') return;
    if (source !== undefined && performance.now() - heardAt < SILENCE_MS / 2) return;
    listen();
  }
  document.addEventListener('visibilitychange', wake);
  window.addEventListener('online', wake);

  return {
    open(newChoice) {
      choice = newChoice;
      listen();
    },
  };
}
