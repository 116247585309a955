/** Chooses what a game is like and how long it takes, and starts it. */

import { el, setText } from './dom.js';

const MODES = [
  { value: 'choices', label: 'Four names' },
  { value: 'typed', label: 'Type the name' },
  { value: 'daily', label: 'Daily challenge' },
];
const CHOICES = [
  { name: 'rounds', label: 'Rounds', values: [3, 5, 10, 20], chosen: 5, unit: '' },
  { name: 'roundSeconds', label: 'Time to answer', values: [8, 15, 20, 30], chosen: 15, unit: ' s' },
  { name: 'pauseSeconds', label: 'Time to look', values: [2, 5, 8, 12], chosen: 5, unit: ' s' },
];

/** @param {(settings: object) => Promise<unknown>} onStart */
export function createGameForm(label, onStart) {
  const complaint = el('p', { class: 'complaint', role: 'alert' });
  const button = el('button', { class: 'button', type: 'submit' }, label);
  const modes = fieldsetOf('mode', 'Game', MODES, 'choices');
  const lengths = el('div', { class: 'game-lengths' }, CHOICES.map(choiceOf));
  const daily = el('p', { class: 'game-note' }, 'Ten rounds, the same for everybody today. One attempt counts.');
  const node = el('form', { class: 'game-form' }, modes, lengths, daily, button, complaint);
  const showMode = () => {
    const isDaily = new FormData(node).get('mode') === 'daily';
    lengths.hidden = isDaily;
    daily.hidden = !isDaily;
  };
  node.addEventListener('change', showMode);
  showMode();

  node.addEventListener('submit', async (event) => {
    event.preventDefault();
    const chosen = settingsIn(new FormData(node));
    button.disabled = true;
    try {
      await onStart(chosen);
      setText(complaint, '');
    } catch (error) {
      setText(complaint, error.message);
    }
    button.disabled = false;
  });
  return { node };
}

/** A daily challenge is the same for everybody: nothing else is chosen. */
function settingsIn(form) {
  const mode = form.get('mode');
  if (mode === 'daily') return { mode };
  return { mode, ...Object.fromEntries(CHOICES.map(({ name }) => [name, Number(form.get(name))])) };
}

function choiceOf({ name, label, values, chosen, unit }) {
  return fieldsetOf(
    name,
    label,
    values.map((value) => ({ value, label: `${value}${unit}` })),
    chosen,
  );
}

function fieldsetOf(name, label, values, chosen) {
  const options = values.map(({ value, label: words }) =>
    el(
      'label',
      { class: 'option' },
      el('input', { type: 'radio', name, value, checked: value === chosen }),
      el('span', {}, words),
    ),
  );
  return el('fieldset', { class: 'options' }, el('legend', {}, label), el('div', { class: 'options-row' }, options));
}
