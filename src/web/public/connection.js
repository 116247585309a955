/**
 * Keeps a room on the line: joins, listens, and does both again whenever the line is lost, for as long as it takes.
 * Every (re)connection begins with the whole state of the room, so nothing needs to be caught up with.
 */

import { post, Refusal } from './api.js';
import { forget, observe } from './clock.js';

/** The server is heard every 4 seconds; a silence of this length means that the line is dead. */
const SILENCE_MS = 10_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 2_000;

/**
 * @param {{ code: string, name: string, isWatching: boolean }} room
 * @param {{ onJoin: Function, onState: Function, onStatus: Function, onRefused: Function }} handlers
 * @returns a function that hangs up
 */
export function connect({ code, name, isWatching }, handlers) {
  const line = {
    room: code,
    name,
    isWatching,
    handlers,
    source: undefined,
    retry: undefined,
    silence: undefined,
    delayMs: FIRST_RETRY_MS,
  };
  const wake = () => document.visibilityState === 'visible' && comeBack(line);
  document.addEventListener('visibilitychange', wake);
  window.addEventListener('online', wake);
  attempt(line);
  return () => {
    line.closed = true;
    document.removeEventListener('visibilitychange', wake);
    window.removeEventListener('online', wake);
    hangUp(line);
  };
}

async function attempt(line) {
  hangUp(line);
  line.joining = true;
  try {
    const answer = await post(`/api/rooms/${line.room}/join`, { name: line.name });
    if (line.closed) return;
    observe(answer.now);
    line.handlers.onJoin(answer);
    listen(line);
  } catch (error) {
    if (line.closed) return;
    if (error instanceof Refusal && error.status < 500) line.handlers.onRefused(error.message);
    else tryLater(line);
  } finally {
    line.joining = false;
  }
}

function listen(line) {
  const watch = line.isWatching ? '&watch=yes' : '';
  const source = new EventSource(`/api/rooms/${line.room}/events?name=${encodeURIComponent(line.name)}${watch}`);
  line.source = source;
  source.addEventListener('state', (event) => {
    line.delayMs = FIRST_RETRY_MS;
    const state = heard(line, event);
    line.handlers.onStatus('live');
    line.handlers.onState(state);
  });
  source.addEventListener('heartbeat', (event) => heard(line, event));
  // The browser would try again by itself only after some failures; this does so after all of them.
  source.addEventListener('error', () => tryLater(line));
  expectSound(line);
}

function heard(line, event) {
  const message = JSON.parse(event.data);
  observe(message.now);
  expectSound(line);
  return message;
}

function expectSound(line) {
  clearTimeout(line.silence);
  line.heardAt = performance.now();
  line.silence = setTimeout(() => tryLater(line), SILENCE_MS);
}

function tryLater(line) {
  hangUp(line);
  line.handlers.onStatus('lost');
  // A little chance keeps a full room from knocking all at once.
  line.retry = setTimeout(() => attempt(line), line.delayMs * (0.75 + Math.random() / 2));
  line.delayMs = Math.min(line.delayMs * 2, LAST_RETRY_MS);
}

/** A phone that slept may hold a line that died long ago, and a clock that stood still. */
function comeBack(line) {
  if (line.closed || line.joining) return;
  if (line.source !== undefined && performance.now() - line.heardAt < SILENCE_MS / 2) return;
  forget();
  attempt(line);
}

function hangUp(line) {
  clearTimeout(line.retry);
  clearTimeout(line.silence);
  line.source?.close();
  line.source = undefined;
}
