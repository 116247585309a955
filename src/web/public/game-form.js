/** Chooses how long a game is, and starts it. */

import { el, setText } from './dom.js';

const CHOICES = [
  { name: 'rounds', label: 'Rounds', values: [3, 5, 10, 20], chosen: 5, unit: '' },
  { name: 'roundSeconds', label: 'Time to answer', values: [8, 15, 20, 30], chosen: 15, unit: ' s' },
  { name: 'pauseSeconds', label: 'Time to look', values: [2, 5, 8, 12], chosen: 5, unit: ' s' },
];

/** @param {(settings: object) => Promise<unknown>} onStart */
export function createGameForm(label, onStart) {
  const complaint = el('p', { class: 'complaint', role: 'alert' });
  const button = el('button', { class: 'button', type: 'submit' }, label);
  const node = el('form', { class: 'game-form' }, CHOICES.map(choiceOf), button, complaint);

  node.addEventListener('submit', async (event) => {
    event.preventDefault();
    const chosen = Object.fromEntries([...new FormData(node)].map(([name, value]) => [name, Number(value)]));
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

function choiceOf({ name, label, values, chosen, unit }) {
  const options = values.map((value) =>
    el(
      'label',
      { class: 'option' },
      el('input', { type: 'radio', name, value, checked: value === chosen }),
      el('span', {}, `${value}${unit}`),
    ),
  );
  return el('fieldset', { class: 'options' }, el('legend', {}, label), el('div', { class: 'options-row' }, options));
}
