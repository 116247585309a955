/** Speaks JSON with the server. */

/** Longer than any request takes on a living connection. */
const TIMEOUT_MS = 6_000;

/** A refusal by the server; its message is fit to be shown. Anything else that fails is the network. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function get(path) {
  return request(path, { method: 'GET' });
}

export function post(path, body) {
  return request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function request(path, options) {
  const response = await fetch(path, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const answer = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer;
  // A server that is going down or coming up is the same to a player as a network that fails.
  if (response.status >= 502 && response.status <= 504) throw new Error('The server is not there.');
  throw new Refusal(response.status, messageOf(answer));
}

function messageOf(answer) {
  const message = Array.isArray(answer?.message) ? answer.message.join(' ') : answer?.message;
  return typeof message === 'string' && message !== '' ? message : 'Something went wrong on the server.';
}
