/** The table of logs; one of them can be chosen. */

import { el, setText, show } from './dom.js';
import { bytes, count, growth, perSecond, timeOf } from './words.js';

/** `room_9` before `room_10`. */
const ORDER = new Intl.Collator('en', { numeric: true });
const COLUMNS = ['Log', 'Size', 'Live', 'Growth', 'Appends/s', 'Keys', 'Entries', 'Seq', 'Newest entry', 'Opening'];

export function createLogs(past, onChoose) {
  const rows = new Map();
  const body = el('tbody');
  const table = el(
    'table',
    { class: 'logs-table' },
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        COLUMNS.map((name) => el('th', { scope: 'col' }, name)),
      ),
    ),
    body,
  );
  const scroller = el('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': 'Logs' }, table);
  const empty = el('p', { class: 'empty', hidden: true }, 'No log is open yet. One appears with its first entry.');
  const title = el('span', { class: 'card-note' });
  const node = el(
    'section',
    { class: 'card logs' },
    el('header', { class: 'card-head' }, el('h2', {}, 'Logs'), title),
    empty,
    scroller,
  );

  return {
    node,
    update(logs, chosen) {
      empty.hidden = logs.length > 0;
      scroller.hidden = logs.length === 0;
      setText(title, logs.length === 1 ? '1 open' : `${count(logs.length)} open`);
      for (const log of logs) {
        if (!rows.has(log.log)) rows.set(log.log, createRow(log.log, onChoose));
        rows.get(log.log).update(log, past, log.log === chosen);
      }
      const wanted = logs.toSorted((a, b) => ORDER.compare(a.log, b.log)).map(({ log }) => rows.get(log).node);
      if (wanted.length !== body.children.length || wanted.some((row, i) => body.children[i] !== row))
        show(body, wanted);
    },
  };
}

function createRow(log, onChoose) {
  const button = el(
    'button',
    { class: 'log-name', type: 'button', 'aria-pressed': 'false', onclick: () => onChoose(log) },
    log,
  );
  const bar = el('meter', { class: 'live-bar', min: '0', max: '1', 'aria-label': `Live share of ${log}` });
  const share = el('span', { class: 'live-share' });
  const cells = new Map(COLUMNS.slice(1).map((name) => [name, el('td', { 'data-label': name })]));
  cells.get('Live').append(el('span', { class: 'live' }, bar, share));
  const node = el('tr', { 'data-log': log }, el('th', { scope: 'row' }, button), [...cells.values()]);
  const set = (name, text) => setText(cells.get(name), text);
  let newest;

  return {
    node,
    update(stats, past, isChosen) {
      const live = stats.sizeBytes === 0 ? 0 : Math.min(1, stats.liveBytes / stats.sizeBytes);
      node.classList.toggle('is-chosen', isChosen);
      button.setAttribute('aria-pressed', String(isChosen));
      set('Size', bytes(stats.sizeBytes));
      cells.get('Size').title = `${count(stats.sizeBytes)} bytes`;
      bar.value = live;
      setText(share, stats.sizeBytes === 0 ? '–' : `${Math.round(live * 100)} %`);
      set('Growth', growth(past.growth(log)));
      set('Appends/s', perSecond(past.appendRate(log)));
      set('Keys', count(stats.keys));
      set('Entries', count(stats.entries));
      set('Seq', count(stats.seq));
      if (stats.lastTimestamp !== newest || newest === undefined) {
        newest = stats.lastTimestamp;
        show(cells.get('Newest entry'), newest === undefined ? 'none' : timeOf(newest));
      }
      set('Opening', stats.clean ? 'clean' : 'mended');
      cells.get('Opening').classList.toggle('is-mended', !stats.clean);
    },
  };
}
