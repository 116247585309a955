/** Asks the server. Every address is relative to the page's own. */

/** A refusal by the server; its message is fit to be shown as text. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function get(path, query = {}) {
  return request(path, query, 'GET');
}

export function post(path, query = {}) {
  return request(path, query, 'POST');
}

export function address(path, query = {}) {
  const chosen = Object.entries(query).filter(([, value]) => value !== undefined);
  return `api/${path}?${new URLSearchParams(chosen)}`;
}

async function request(path, query, method) {
  const response = await fetch(address(path, query), { method, headers: { Accept: 'application/json' } });
  const answer = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer;
  const message = typeof answer?.message === 'string' ? answer.message : `The server answered ${response.status}.`;
  throw new Refusal(response.status, answer?.hint ? `${message} ${answer.hint}` : message);
}
