/** A room: holds its state, carries out what the player does, and keeps the right screen on the wall. */

import { announce } from './announcer.js';
import { post, Refusal } from './api.js';
import { serverTime } from './clock.js';
import { connect } from './connection.js';
import { show } from './dom.js';
import { createGate } from './gate.js';
import { createHeader } from './header.js';
import { createLobby } from './lobby.js';
import { saveAnswer, savedAnswer, savedName, saveName } from './player.js';
import { createPodium } from './podium.js';
import { play } from './sound.js';
import { createStage } from './stage.js';
import { createStarting } from './starting.js';
import { emptyRoom, isOpen, leaveFinale, receive, screenOf } from './state.js';
import { createToast } from './toast.js';
import { ALREADY_PLAYED, guessesLeftInWords } from './words.js';

const SCREENS = { lobby: createLobby, starting: createStarting, stage: createStage, podium: createPodium };
const RETRY_ANSWER_MS = 600;
/** What those are called who look on without having said their name. */
const ONLOOKER = 'An onlooker';

export function openRoom(app, code) {
  const name = savedName();
  document.title = `${code} · Name That Artist`;
  if (new URLSearchParams(location.search).has('watch')) enter(app, emptyRoom(code, name || ONLOOKER, true));
  else if (name === '') askName(app, code, '');
  else enter(app, emptyRoom(code, name));
}

function askName(app, code, complaint) {
  const gate = createGate(code, savedName(), complaint, (name) => {
    saveName(name);
    enter(app, emptyRoom(code, name));
  });
  show(app, gate.node);
  gate.focus();
}

function enter(app, room) {
  const actions = actionsOn(room, () => paint());
  const header = createHeader(room, actions);
  const toast = createToast();
  const main = document.createElement('main');
  let screen = { key: '' };

  function paint() {
    const wanted = screenOf(room);
    if (wanted.key !== screen.key) {
      screen.view?.close?.();
      screen = { key: wanted.key, view: SCREENS[wanted.name](room, actions) };
      main.className = `screen screen-${wanted.name}`;
      show(main, screen.view.node);
      sound(wanted.name, room);
      screen.view.focus?.();
    }
    screen.view.update(room);
    header.update(room);
    toast.update(room);
  }

  const hangUp = connect(room, {
    onJoin: (answer) => {
      room.you = answer.you;
      receive(room, answer, savedAnswer);
      paint();
    },
    onState: (state) => {
      receive(room, state, savedAnswer);
      paint();
    },
    onStatus: (status) => {
      room.status = status;
      paint();
    },
    onRefused: (message) => {
      hangUp();
      askName(app, room.code, message);
    },
  });
  show(app, header.node, main, toast.node);
}

function actionsOn(room, paint) {
  const path = `/api/rooms/${room.code}`;
  return {
    start: (settings) => post(`${path}/start`, { name: room.name, ...settings }),
    stop: () => post(`${path}/stop`, { name: room.name, gameId: room.view.gameId }),
    leavePodium: () => {
      leaveFinale(room);
      paint();
    },
    /** @param {{ choice: number } | { text: string }} given */
    answer: (given) => {
      if (!isOpen(room)) return;
      room.answer = { gameId: room.view.gameId, round: room.view.round, ...given, status: 'sending' };
      paint();
      sendAnswer(room, path, room.answer, paint);
    },
  };
}

/**
 * Sends until it is known what became of the answer. The first one stands, so sending it twice does no harm; a guess
 * that was sent twice may cost two.
 */
async function sendAnswer(room, path, answer, paint) {
  const { gameId, round, choice, text } = answer;
  try {
    const outcome = await post(`${path}/answer`, { name: room.name, gameId, round, choice, text });
    Object.assign(answer, outcome);
    saveAnswer(answer);
    announce(spoken(outcome));
    if (outcome.status === 'wrong-guess' || outcome.correct !== undefined) play(outcome.correct ? 'right' : 'wrong');
  } catch (error) {
    if (!(error instanceof Refusal) && isRunning(room, answer)) {
      answer.isRepeated = true;
      setTimeout(() => sendAnswer(room, path, answer, paint), RETRY_ANSWER_MS);
      return;
    }
    answer.status = 'failed';
    answer.message = error instanceof Refusal ? error.message : 'Your answer did not get through.';
    announce(answer.message);
  }
  paint();
}

function sound(screen, { finale }) {
  if (screen === 'stage') play('round');
  if (screen === 'podium' && finale !== undefined) play('end');
}

function isRunning(room, { gameId, round }) {
  const { view } = room;
  return (
    view?.phase === 'round' && view.gameId === gameId && view.round === round && serverTime() < view.endsAt + 5_000
  );
}

function spoken(outcome) {
  if (outcome.status === 'too-late') return 'Too late for this round.';
  if (outcome.status === 'wrong-guess') return guessesLeftInWords(outcome);
  if (outcome.status === 'already-played') return ALREADY_PLAYED;
  if (outcome.correct === undefined) return 'Your answer is in.';
  return outcome.correct ? `Right. ${outcome.points} points.` : 'Not this one.';
}
