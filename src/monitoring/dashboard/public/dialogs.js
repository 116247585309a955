/** Two dialogs: the history of a key as a timeline, and an entry in full length. */

import { address, get } from './api.js';
import { el, foreign, setText, show } from './dom.js';
import { meta } from './entries.js';
import { count, plural, timeOf } from './words.js';

/** Longer texts are cut; the link has all of them. */
const SHOWN_CHARS = 200_000;
const KINDS = {
  set: ['SET', 'is-set'],
  deleted: ['DELETE', 'is-delete'],
  replaced: ['SET, whole state', 'is-set'],
  kept: ['CHECKPOINT', 'is-checkpoint'],
};

export function createDialogs() {
  const title = el('h2', { id: 'dialog-title' });
  const about = el('p', { class: 'card-note' });
  const body = el('div', { class: 'dialog-body', tabindex: '0', role: 'region', 'aria-labelledby': 'dialog-title' });
  const close = el('button', { class: 'quiet-button', type: 'button', onclick: () => node.close() }, 'Close');
  const node = el(
    'dialog',
    { class: 'dialog', 'aria-labelledby': 'dialog-title' },
    el('header', { class: 'dialog-head' }, el('div', {}, title, about), close),
    body,
  );
  // A click beside the dialog is one on its backdrop.
  node.addEventListener('click', (event) => event.target === node && node.close());
  let generation = 0;

  async function open(heading, subheading, read, write) {
    generation += 1;
    const mine = generation;
    show(title, heading);
    setText(about, subheading);
    show(body, el('p', { class: 'empty' }, 'Reading …'));
    if (!node.open) node.showModal();
    const answer = await read().catch((error) => error);
    if (mine !== generation) return;
    if (answer instanceof Error) show(body, el('p', { class: 'complaint' }, answer.message));
    else show(body, write(answer));
  }

  function openValue(log, seq) {
    return open(
      `Entry ${count(seq)}`,
      log,
      () => get('entry', { log, seq }),
      (entry) => wholeEntry(entry, log, seq),
    );
  }

  function openHistory(log, key) {
    return open(
      key === '' ? el('em', {}, 'the empty key') : foreign(key),
      log,
      () => get('history', { log, key }),
      ({ moments, earlier }) => {
        const shown = plural(moments.length + earlier, 'moment');
        setText(about, `${log} · ${shown}${earlier > 0 ? `, the newest ${count(moments.length)} of them here` : ''}`);
        if (moments.length === 0) return el('p', { class: 'empty' }, 'No file that is kept knows this key.');
        return el(
          'ol',
          { class: 'timeline' },
          moments.map((moment) => createMoment(moment, openValue)),
        );
      },
    );
  }

  return { node, openHistory, openValue };
}

function createMoment(moment, openValue) {
  const { kind, at, seq, changes, actor, reason, value, cut, log } = moment;
  const [name, look] = KINDS[kind];
  const isUnchanged = changes.list.length === 0;
  return el(
    'li',
    { class: `moment ${look}`, 'data-kind': kind },
    el(
      'p',
      { class: 'moment-head' },
      el('span', { class: `op ${look}` }, name),
      timeOf(at, true),
      seq === undefined ? null : el('span', { class: 'moment-seq' }, `seq ${count(seq)}`),
      actor === undefined && reason === undefined ? null : el('span', { class: 'entry-meta' }, meta(actor, reason)),
    ),
    isUnchanged
      ? el('p', { class: 'card-note' }, kind === 'kept' ? 'Carried over by a compaction.' : 'The value did not change.')
      : el('ul', { class: 'changes' }, changes.list.map(createChange)),
    changes.more > 0 ? el('p', { class: 'card-note' }, `and ${count(changes.more)} more differences`) : null,
    value === undefined || isUnchanged
      ? null
      : el(
          'details',
          {},
          el('summary', {}, 'The whole value'),
          foreign(value, 'moment-value'),
          cut && seq !== undefined
            ? el('button', { class: 'more', type: 'button', onclick: () => openValue(log, seq) }, 'all of it')
            : null,
        ),
  );
}

function createChange({ path, from, to }) {
  return el(
    'li',
    { class: 'change' },
    path === '' ? null : foreign(path, 'change-path'),
    from === undefined ? null : el('del', { class: 'change-from' }, foreign(from)),
    from === undefined || to === undefined ? null : el('span', { class: 'change-arrow', 'aria-label': 'became' }, '→'),
    to === undefined ? el('span', { class: 'card-note' }, 'removed') : el('ins', { class: 'change-to' }, foreign(to)),
  );
}

function wholeEntry(entry, log, seq) {
  const text = JSON.stringify(entry, null, 2);
  const isCut = text.length > SHOWN_CHARS;
  return [
    el('pre', { class: 'whole' }, foreign(isCut ? `${text.slice(0, SHOWN_CHARS)}…` : text, undefined, '\n')),
    el(
      'p',
      { class: 'card-note' },
      isCut ? `The first ${count(SHOWN_CHARS)} of ${count(text.length)} characters. ` : '',
      el('a', { href: address('entry', { log, seq }), download: `${log}.${seq}.json` }, 'Save as a file'),
    ),
  ];
}
