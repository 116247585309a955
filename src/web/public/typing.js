/** The answer as a text: a field that keeps the focus from round to round, and Enter. */

import { el, setText } from './dom.js';

const MAX_LENGTH = 100;

/** @param {(text: string) => void} onAnswer */
export function createTyping(onAnswer) {
  const input = el('input', {
    class: 'field-input typing-input',
    name: 'answer',
    type: 'text',
    maxlength: MAX_LENGTH,
    autocomplete: 'off',
    autocapitalize: 'words',
    spellcheck: 'false',
    enterkeyhint: 'send',
  });
  const label = el('span', { class: 'field-label' });
  const button = el('button', { class: 'button', type: 'submit' }, 'That’s them');
  const node = el(
    'form',
    {
      class: 'typing',
      onsubmit: (event) => {
        event.preventDefault();
        const text = input.value.trim();
        if (text !== '' && !input.readOnly) onAnswer(text);
      },
    },
    el('label', { class: 'field' }, label, input),
    button,
  );
  let before;

  /** @param {{ isOpen: boolean, verdict?: string, hint: string }} state */
  function update({ isOpen, verdict, hint }) {
    // Read-only and not disabled, so that whoever types keeps the focus.
    input.readOnly = !isOpen;
    button.setAttribute('aria-disabled', String(!isOpen));
    node.dataset.verdict = verdict ?? '';
    setText(label, hint);
    // A wrong guess makes room for the next one.
    if (verdict === 'again' && before !== 'again') input.select();
    before = verdict;
  }
  return { node, update, focus: () => input.focus({ preventScroll: true }), close: () => {} };
}
