/** The four answers: buttons, and the keys 1 to 4. */

import { el, setText } from './dom.js';

const MARKS = { right: '✓', wrong: '✗', sending: '…' };

/** @param {(choice: number) => void} onChoose */
export function createChoices(onChoose) {
  const buttons = [0, 1, 2, 3].map((choice) =>
    el(
      'button',
      { class: 'choice', type: 'button', 'aria-keyshortcuts': String(choice + 1), onclick: () => onChoose(choice) },
      el('span', { class: 'choice-key', 'aria-hidden': 'true' }, String(choice + 1)),
      el('span', { class: 'choice-name' }),
      el('span', { class: 'choice-mark', 'aria-hidden': 'true' }),
    ),
  );
  const node = el('div', { class: 'choices', role: 'group', 'aria-label': 'Answers' }, buttons);

  function onKey(event) {
    const isTyping = event.target.closest?.('input, textarea, select, dialog') !== null;
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
    const choice = ['1', '2', '3', '4'].indexOf(event.key);
    if (choice >= 0) onChoose(choice);
  }
  document.addEventListener('keydown', onKey);

  /** @param {{ names: string[], isOpen: boolean, chosen?: number, verdicts: (string | undefined)[] }} state */
  function update({ names, isOpen, chosen, verdicts }) {
    buttons.forEach((button, i) => {
      const verdict = verdicts[i];
      button.hidden = names[i] === undefined;
      setText(button.children[1], names[i] ?? '');
      setText(button.children[2], MARKS[verdict] ?? '');
      // Not `disabled`, which would take the focus away from those who use the keyboard.
      button.setAttribute('aria-disabled', String(!isOpen));
      button.setAttribute('aria-pressed', String(chosen === i));
      button.dataset.verdict = verdict ?? '';
    });
  }
  return { node, update, close: () => document.removeEventListener('keydown', onKey) };
}
