/** What the browser remembers about its player: the name for good, an answer for as long as the tab lives. */

const NAME = 'name-that-artist:name';
const SOUND = 'name-that-artist:sound';
const ANSWER = 'name-that-artist:answer';

export function savedName() {
  return read(localStorage, NAME) ?? '';
}

export function saveName(name) {
  write(localStorage, NAME, name);
}

/** Whether this browser is to be heard; not before somebody asked for it. */
export function savedSound() {
  return read(localStorage, SOUND) === true;
}

export function saveSound(isOn) {
  write(localStorage, SOUND, isOn);
}

/** The answer given in a round, so that a reloaded page still shows it. */
export function savedAnswer(gameId, round) {
  const answer = read(sessionStorage, ANSWER);
  return answer?.gameId === gameId && answer.round === round ? answer : undefined;
}

export function saveAnswer(answer) {
  write(sessionStorage, ANSWER, answer);
}

// Browsers may forbid storage; the game goes on without it.
function read(storage, key) {
  try {
    return JSON.parse(storage.getItem(key)) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(storage, key, value) {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {}
}
