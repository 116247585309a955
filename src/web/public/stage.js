/** A round: the artwork, the question, four answers and the clock; then, in the same frame, who it was. */

import { announce } from './announcer.js';
import { createChoices } from './choices.js';
import { el, setText } from './dom.js';
import { createPlayers } from './players.js';
import { choiceOf, hasAnswered, isOpen, resultOf } from './state.js';
import { createTimer } from './timer.js';
import { createTyping } from './typing.js';
import { ALREADY_PLAYED, guessesLeftInWords } from './words.js';

export function createStage(room, actions) {
  const { view } = room;
  const label = createLabel();
  const timer = createTimer('left');
  const timerNote = el('span', { class: 'timer-note' });
  const isTyped = view.mode === 'typed';
  const answering = isTyped
    ? createTyping((text) => actions.answer({ text }))
    : createChoices((choice) => actions.answer({ choice }));
  const feedback = el('p', { class: 'feedback', 'aria-hidden': 'true' });
  const players = createPlayers();
  const node = el(
    'div',
    { class: 'stage' },
    createArtwork(view),
    el(
      'section',
      { class: 'stage-side' },
      el(
        'div',
        { class: 'stage-head' },
        el('p', { class: 'eyebrow' }, `Round ${view.round} of ${view.rounds}`),
        el('div', { class: 'stage-clock' }, timerNote, timer.node),
      ),
      label.node,
      isTyped && room.isWatching ? null : answering.node,
      feedback,
      players.node,
    ),
  );
  let said = '';

  function update(current) {
    const result = resultOf(current.view);
    node.classList.toggle('is-over', result !== undefined);
    label.update(current.view, result);
    timer.set(current.view.endsAt, result ? current.view.pauseMs : current.view.roundMs);
    setText(timerNote, result ? noteOf(current.view) : '');
    answering.update(isTyped ? typingState(current, result) : choiceState(current, result));
    const words = feedbackOf(current, result);
    setText(feedback, words.text);
    feedback.className = `feedback ${words.tone}`;
    players.update(current);
    say(current.view, result);
  }

  function say({ round, rounds }, result) {
    const text = result
      ? `It was ${result.artist}: ${result.title}.`
      : `Round ${round} of ${rounds}. Who made this? ${isTyped ? 'Type the name.' : 'Answer with the keys 1 to 4.'}`;
    if (text !== said) announce(text);
    said = text;
  }

  return {
    node,
    update,
    focus: () => !room.isWatching && answering.focus?.(),
    close: () => {
      timer.close();
      answering.close();
    },
  };
}

function createArtwork({ imageUrl, round }) {
  const image = el('img', {
    class: 'artwork',
    src: imageUrl,
    alt: `The artwork of round ${round}`,
    draggable: 'false',
  });
  const figure = el('figure', { class: 'frame' }, image);
  // The frame is lit when there is something in it.
  const light = () => figure.classList.add('is-lit');
  if (image.complete) light();
  image.addEventListener('load', light);
  return el('div', { class: 'stage-wall' }, figure);
}

const HINT = 'The sooner you answer, the more it is worth.';

/** The small card beside a piece in a gallery; it keeps the name to itself until the round is over. */
function createLabel() {
  const heading = el('h1', { class: 'label-artist' });
  const title = el('p', { class: 'label-title' });
  const description = el('p', { class: 'label-description' });
  const node = el('div', { class: 'label' }, heading, title, description);
  return {
    node,
    update: (view, result) => {
      setText(heading, result?.artist ?? 'Who made this?');
      setText(title, result?.title ?? view.title ?? '');
      setText(description, result?.description ?? HINT);
      node.classList.toggle('is-revealed', result !== undefined);
    },
  };
}

function noteOf({ round, rounds }) {
  return round === rounds ? 'Podium in' : 'Next in';
}

function choiceState(room, result) {
  const names = (room.view.choices ?? []).map((choice) => choice.artist);
  const chosen = choiceOf(room);
  const verdicts = names.map((_, i) => {
    if (result !== undefined) return verdictOf(i, result.correctChoice, chosen);
    if (i !== chosen) return undefined;
    return room.answer?.status === 'sending' ? 'sending' : privateVerdict(room.answer);
  });
  return { names, chosen, verdicts, isOpen: isOpen(room) };
}

function typingState(room, result) {
  const { answer } = room;
  const isOver = result !== undefined;
  return {
    isOpen: !isOver && isOpen(room),
    verdict: isOver ? undefined : typedVerdict(answer),
    hint: isOver ? 'The name' : 'The name; spelling is forgiven',
  };
}

function typedVerdict(answer) {
  return answer?.status === 'wrong-guess' ? 'again' : privateVerdict(answer);
}

function verdictOf(choice, correctChoice, chosen) {
  if (choice === correctChoice) return 'right';
  return choice === chosen ? 'wrong' : 'other';
}

function privateVerdict(answer) {
  if (answer?.correct === undefined) return undefined;
  return answer.correct ? 'right' : 'wrong';
}

/** What became of this player's answer, in words. */
function feedbackOf(room, result) {
  const { answer } = room;
  if (result !== undefined) return verdictInWords(room, result);
  if (answer?.status === 'failed') return { text: `${answer.message} Try again.`, tone: 'is-wrong' };
  if (answer?.status === 'too-late' || answer?.status === 'no-game')
    return { text: 'Too late for this round.', tone: '' };
  if (answer?.status === 'wrong-guess') return { text: guessesLeftInWords(answer), tone: 'is-wrong' };
  if (answer?.status === 'already-played') return { text: ALREADY_PLAYED, tone: '' };
  if (answer?.correct === true)
    return { text: `Right: ${answer.points.toLocaleString('en')} points.`, tone: 'is-right' };
  if (answer?.correct === false)
    return {
      text: answer.text === undefined ? 'Not this one.' : 'Not that name, and no guess left.',
      tone: 'is-wrong',
    };
  if (room.isWatching) return { text: 'You are watching.', tone: '' };
  if (hasAnswered(room)) return { text: 'Your answer is in.', tone: '' };
  return { text: answer === undefined ? '' : 'Sending …', tone: '' };
}

function verdictInWords(room, result) {
  const mine = result.answers.find((answer) => answer.userId === room.you?.userId);
  if (mine === undefined && room.isWatching) return { text: 'You are watching.', tone: '' };
  if (mine === undefined) return { text: 'No answer from you this time.', tone: '' };
  if (!mine.correct) return { text: 'Not this time.', tone: 'is-wrong' };
  const seconds = (mine.afterMs / 1_000).toFixed(1);
  return { text: `${mine.points.toLocaleString('en')} points, after ${seconds} s.`, tone: 'is-right' };
}
