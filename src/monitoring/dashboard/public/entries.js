/** The newest entries as they become durable, with a choice among them. */

import { get } from './api.js';
import { el, foreign, plainForeign, setText, show } from './dom.js';
import { count, plural, timeOf } from './words.js';

/** Rows on the page; older ones leave it. */
const ROWS_MAX = 100;
const TYPING_MS = 300;
const OPS = [
  ['', 'All'],
  ['SET', 'SET'],
  ['DELETE', 'DELETE'],
];

/**
 * @param {{ choice: { log?: string, key?: string, op?: string }, onChoice: Function, onHistory: Function, onValue: Function }} page
 * `onChoice` is told what changed in the choice
 */
export function createEntries({ choice, onChoice, onHistory, onValue }) {
  const rows = new Map();
  const list = el('ol', {
    class: 'entries-list',
    hidden: true,
    tabindex: '0',
    'aria-label': 'Newest entries, the newest first',
  });
  const empty = el('p', { class: 'empty' }, 'Nothing to show yet. Entries appear here the moment they are durable.');
  const note = el('p', { class: 'card-note entries-note' });
  const controls = createControls({ choice, onChoice, onHistory, onPause });
  const node = el(
    'section',
    { class: 'card entries' },
    el('header', { class: 'card-head' }, el('h2', {}, 'Newest entries'), note),
    controls.node,
    empty,
    list,
  );
  let isPaused = false;
  let waiting = [];
  let heldBack = 0;
  let leftOut = 0;
  let generation = 0;

  function onPause() {
    isPaused = !isPaused;
    controls.setPaused(isPaused);
    node.classList.toggle('is-paused', isPaused);
    if (!isPaused) {
      add(waiting);
      waiting = [];
      heldBack = 0;
    }
    tell();
  }

  /** Puts entries where they belong: the newest first, each once. */
  function add(entries) {
    const fresh = entries.filter((entry) => !rows.has(idOf(entry)));
    if (fresh.length === 0) return;
    for (const entry of fresh) rows.set(idOf(entry), { entry, node: createRow(entry, { onHistory, onValue }) });
    const sorted = [...rows].sort(([, a], [, b]) => newestFirst(a.entry, b.entry));
    for (const [id, row] of sorted.splice(ROWS_MAX)) {
      rows.delete(id);
      row.node.remove();
    }
    // Rows that are there stay where they are; each new one is put before the row that follows it.
    let next = null;
    for (const [, row] of sorted.reverse()) {
      if (row.node.parentNode !== list || row.node.nextSibling !== next) list.insertBefore(row.node, next);
      next = row.node;
    }
    tell();
  }

  function tell() {
    empty.hidden = rows.size > 0;
    list.hidden = rows.size === 0;
    const parts = [];
    if (isPaused) parts.push(heldBack === 0 ? 'Paused' : `Paused, ${count(heldBack)} new`);
    if (leftOut > 0) parts.push(`${plural(leftOut, 'entry', 'entries')} went by too fast to be shown`);
    setText(note, parts.join(' · '));
  }

  /** What is there already; the stream may have brought some of it meanwhile. */
  async function load() {
    generation += 1;
    const mine = generation;
    const { entries, passedOver } = await get('newest', choice).catch(() => ({ entries: [], passedOver: [] }));
    if (mine !== generation) return;
    if (isPaused) waiting = [...entries, ...waiting].slice(0, ROWS_MAX);
    else add(entries);
    if (rows.size > 0) return;
    const isChosen = Object.values(choice).some((value) => value !== undefined && value !== '');
    const none = passedOver.length > 0 ? 'The log is large, so its older entries are not looked for. ' : '';
    const chosen = isChosen ? 'No entry like that yet. ' : 'Nothing to show yet. ';
    setText(empty, `${none || chosen}Entries appear here the moment they are durable.`);
  }

  return {
    node,
    load,
    /** Another choice: what is on the page is not it. */
    clear() {
      rows.clear();
      waiting = [];
      heldBack = 0;
      leftOut = 0;
      show(list);
      tell();
      controls.update(choice);
    },
    setLogs: controls.setLogs,
    receive({ entries, leftOut: more }) {
      leftOut += more;
      if (isPaused) {
        heldBack += entries.length + more;
        waiting = [...entries, ...waiting].slice(0, ROWS_MAX);
        tell();
      } else {
        add(entries);
        tell();
      }
    },
  };
}

function createControls({ choice, onChoice, onHistory, onPause }) {
  const log = el('select', {
    class: 'input',
    'aria-label': 'Log',
    onchange: () => onChoice({ log: log.value || undefined }),
  });
  const key = el('input', {
    class: 'input key-input',
    type: 'search',
    'aria-label': 'A part of the key',
    placeholder: 'A part of the key',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    maxlength: '1024',
  });
  const ops = OPS.map(([value, label]) =>
    el(
      'button',
      { class: 'chip', type: 'button', 'aria-pressed': 'false', onclick: () => onChoice({ op: value || undefined }) },
      label,
    ),
  );
  const pause = el(
    'button',
    { class: 'quiet-button', type: 'button', 'aria-pressed': 'false', onclick: onPause },
    'Pause',
  );
  const history = el(
    'button',
    { class: 'quiet-button', type: 'button', onclick: () => onHistory(log.value, key.value) },
    'History of this key',
  );
  let typing;
  key.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => onChoice({ key: key.value || undefined }), TYPING_MS);
    offerHistory();
  });
  const node = el(
    'div',
    { class: 'controls' },
    log,
    key,
    el('div', { class: 'chips', role: 'group', 'aria-label': 'Operation' }, ops),
    history,
    pause,
  );
  let names = '';

  function offerHistory() {
    history.hidden = log.value === '' || key.value === '';
  }

  function update(newChoice) {
    log.value = newChoice.log ?? '';
    if (document.activeElement !== key) key.value = newChoice.key ?? '';
    for (const [i, button] of ops.entries()) {
      button.setAttribute('aria-pressed', String(OPS[i][0] === (newChoice.op ?? '')));
    }
    offerHistory();
  }

  function setLogs(logs) {
    if (logs.join() === names) return;
    names = logs.join();
    const chosen = choice.log;
    show(
      log,
      el('option', { value: '' }, 'All logs'),
      logs.map((name) => el('option', { value: name }, name)),
    );
    log.value = chosen ?? '';
    offerHistory();
  }

  setLogs(choice.log === undefined ? [] : [choice.log]);
  update(choice);
  return {
    node,
    update,
    setLogs,
    setPaused(isPaused) {
      pause.setAttribute('aria-pressed', String(isPaused));
      setText(pause, isPaused ? 'Go on' : 'Pause');
    },
  };
}

function createRow(entry, { onHistory, onValue }) {
  const { log, op, at, seq, key, keyCut, value, cut, actor, reason } = entry;
  return el(
    'li',
    { class: 'entry', 'data-seq': seq, 'data-log': log },
    el('span', { class: 'entry-time' }, timeOf(at, true)),
    el('span', { class: 'entry-log', title: seq === undefined ? undefined : `seq ${count(seq)}` }, log),
    el('span', { class: `op is-${op.toLowerCase()}` }, op),
    key === undefined
      ? el('span', { class: 'entry-key is-whole' }, 'the whole state')
      : el(
          'button',
          {
            class: 'entry-key',
            type: 'button',
            title: keyCut ? undefined : `History of ${plainForeign(key)}`,
            disabled: keyCut,
            onclick: () => onHistory(log, key),
          },
          foreign(keyCut ? `${key}…` : key),
        ),
    el(
      'span',
      { class: 'entry-value' },
      value === undefined ? null : foreign(value, 'entry-json'),
      cut && seq !== undefined
        ? el(
            'button',
            {
              class: 'more',
              type: 'button',
              onclick: () => onValue(log, seq),
              'aria-label': `all of the value of seq ${seq}`,
            },
            'all',
          )
        : null,
    ),
    actor === undefined && reason === undefined ? null : el('span', { class: 'entry-meta' }, meta(actor, reason)),
  );
}

/** Who did it, and why. */
export function meta(actor, reason) {
  return [
    actor === undefined ? null : ['by ', foreign(actor, 'actor')],
    actor === undefined || reason === undefined ? null : ': ',
    reason === undefined ? null : foreign(reason, 'reason'),
  ];
}

function idOf({ log, seq, at, key }) {
  return seq === undefined ? `${log} ${at} ${key}` : `${log} ${seq}`;
}

function newestFirst(a, b) {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  if (a.log !== b.log) return a.log < b.log ? -1 : 1;
  return (b.seq ?? 0) - (a.seq ?? 0);
}
