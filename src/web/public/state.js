/**
 * What a page knows about its room, and what follows from that. No network and no elements here.
 *
 * @typedef {object} Room
 * @property {string} code
 * @property {string} name of this player, as typed
 * @property {boolean} isWatching whether this browser only looks on
 * @property {{ userId: string, username: string } | undefined} you once joined
 * @property {object[]} people who have the room open
 * @property {object | null} view the game as the server shows it to everybody
 * @property {object | undefined} finale the last finished game, until this player leaves it or another one starts
 * @property {string | undefined} leftGameId the finished game that this player has seen enough of
 * @property {object | undefined} answer this player's answer to the running round
 * @property {'connecting' | 'live' | 'lost'} status
 * @property {string} notice something to tell in the lobby
 */

/** @returns {Room} */
export function emptyRoom(code, name, isWatching = false) {
  return {
    code,
    name,
    isWatching,
    you: undefined,
    people: [],
    view: null,
    finale: undefined,
    leftGameId: undefined,
    answer: undefined,
    status: 'connecting',
    notice: '',
  };
}

/** Takes in a message with the state of the room. `recall` finds an answer that was given before a reload. */
export function receive(room, message, recall) {
  const { view } = message;
  room.people = message.people;
  room.view = view;
  if (view === null) return;
  if (view.phase === 'finished' && view.gameId !== room.leftGameId) room.finale = view;
  if (['starting', 'round', 'pause'].includes(view.phase)) room.finale = undefined;
  if (view.phase === 'starting') room.notice = '';
  if (view.phase === 'stopped') room.notice = stopNotice(message.stoppedBy, room.you);
  if (!isAnswerTo(room.answer, view)) room.answer = recall(view.gameId, view.round);
}

/** Which screen the room shows, and a key that changes when it has to be built anew. */
export function screenOf(room) {
  const { view, finale } = room;
  if (view?.phase === 'starting') return { name: 'starting', key: `starting ${view.gameId}` };
  if (view?.phase === 'round' || view?.phase === 'pause') {
    return { name: 'stage', key: `stage ${view.gameId} ${view.round}` };
  }
  if (finale !== undefined) return { name: 'podium', key: `podium ${finale.gameId}` };
  return { name: 'lobby', key: 'lobby' };
}

/** Puts the podium away. */
export function leaveFinale(room) {
  room.leftGameId = room.finale?.gameId;
  room.finale = undefined;
}

/** Whether this player may still answer. */
export function isOpen(room) {
  const isFree = room.answer === undefined || ['failed', 'wrong-guess'].includes(room.answer.status);
  return room.view?.phase === 'round' && isFree && !hasAnswered(room) && !room.isWatching;
}

/** Whether the server has this player's answer, wherever it was given. */
export function hasAnswered(room) {
  return meIn(room)?.answered === true;
}

/** This player among the players of the game, once they have answered anything. */
export function meIn(room) {
  return room.view?.players.find((player) => player.userId === room.you?.userId);
}

export function isHost(room) {
  return room.view !== null && room.view.host.userId === room.you?.userId;
}

/** The result of the round on show, once it is over. */
export function resultOf(view) {
  return view.phase === 'pause' && view.lastResult?.round === view.round ? view.lastResult : undefined;
}

/** What this player chose in the round on show, by the server's word or else by this page's memory. */
export function choiceOf(room) {
  const result = room.view && resultOf(room.view);
  const counted = result?.answers.find((answer) => answer.userId === room.you?.userId);
  if (counted !== undefined) return counted.choice;
  return stands(room.answer) ? room.answer.choice : undefined;
}

/** Players with their places; equal scores share a place, and the next place is left out. */
export function standings(players) {
  const sorted = [...players].sort((one, other) => other.score - one.score);
  return sorted.map((player) => ({
    ...player,
    place: sorted.findIndex((other) => other.score === player.score) + 1,
  }));
}

/** An answer that was sent again and found itself already there was lost only on the way back. */
function stands(answer) {
  if (answer?.status === 'already-answered') return answer.isRepeated === true;
  return answer?.status === 'accepted' || answer?.status === 'sending';
}

function isAnswerTo(answer, view) {
  return answer !== undefined && answer.gameId === view.gameId && answer.round === view.round;
}

function stopNotice(by, you) {
  if (by === undefined) return 'The game was stopped.';
  return by.userId === you?.userId ? 'You stopped the game.' : `${by.username} stopped the game.`;
}
