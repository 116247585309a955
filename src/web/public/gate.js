/** Asks for a name, for those who come by a link. */

import { el, setText } from './dom.js';

const MAX_NAME_LENGTH = 24;

export function createGate(code, name, complaint, onName) {
  const field = nameField(name);
  const form = el(
    'form',
    { class: 'gate-form card', onsubmit: submit },
    el('p', { class: 'eyebrow' }, 'Room ', el('strong', {}, code)),
    el('h1', {}, 'Who is playing?'),
    el('p', { class: 'complaint', role: 'alert' }),
    field.node,
    el('button', { class: 'button', type: 'submit' }, 'Enter the room'),
    el('a', { class: 'quiet-link', href: `/r/${code}?watch` }, 'Just watch'),
  );
  setText(form.querySelector('.complaint'), complaint);

  function submit(event) {
    event.preventDefault();
    const chosen = field.input.value.trim();
    if (chosen !== '') onName(chosen);
  }
  return { node: el('main', { class: 'gate' }, form), focus: () => field.input.focus() };
}

/** The field for a name, the same wherever it is asked for. */
export function nameField(name) {
  const input = el('input', {
    class: 'field-input',
    name: 'name',
    type: 'text',
    required: true,
    maxlength: MAX_NAME_LENGTH,
    autocomplete: 'nickname',
    autocapitalize: 'words',
    spellcheck: 'false',
    placeholder: 'Ada',
  });
  input.value = name;
  return { input, node: el('label', { class: 'field' }, el('span', { class: 'field-label' }, 'Your name'), input) };
}
