/** What is known of the chosen log, and the buttons; of all logs together, the compactions. */

import { address, get, post } from './api.js';
import { el, foreign, setText, show } from './dom.js';
import { bytes, count, duration, plural, timeOf } from './words.js';

/** Compactions and files that are listed; the newest. */
const COMPACTIONS_MAX = 20;
const FILES_MAX = 60;
/** Files grow all the time, and are listed again this often. */
const FRESH_MS = 10_000;

export function createDetail() {
  const title = el('h2', {}, 'All logs');
  const buttons = el('div', { class: 'buttons' });
  const result = el('p', { class: 'result', role: 'status', hidden: true });
  const body = el('div', { class: 'detail-body' });
  const node = el(
    'section',
    { class: 'card detail', 'aria-label': 'Details' },
    el('header', { class: 'card-head' }, title),
    buttons,
    result,
    body,
  );
  let chosen;
  let may = { actions: false, canCompact: false };
  let compactions = [];
  let generation = 0;
  let loadedAt = 0;

  async function load() {
    generation += 1;
    const mine = generation;
    loadedAt = performance.now();
    setText(title, chosen ?? 'All logs');
    showButtons();
    if (chosen === undefined) {
      show(
        body,
        el('p', { class: 'hint' }, 'Choose a log for its files, its recovery report and its compactions.'),
        compactionPart(compactions, true),
      );
      return;
    }
    const known = await get('log', { log: chosen }).catch((error) => error);
    if (mine !== generation) return;
    if (known instanceof Error) show(body, el('p', { class: 'complaint' }, known.message));
    else show(body, recoveryPart(known.recovery), filePart(known.files), compactionPart(known.compactions, false));
  }

  function showButtons() {
    const isOffered = may.actions && chosen !== undefined;
    buttons.hidden = !isOffered;
    if (buttons.dataset.log === chosen && isOffered) return;
    result.hidden = true;
    buttons.dataset.log = chosen ?? '';
    show(buttons, isOffered ? actionButtons(chosen, may, tell) : []);
  }

  function tell(text, kind) {
    result.hidden = false;
    result.className = `result ${kind}`;
    show(result, foreign(text));
  }

  return {
    node,
    choose(log) {
      chosen = log;
      load();
    },
    /** Called every second. */
    refresh() {
      if (chosen !== undefined && performance.now() - loadedAt > FRESH_MS) load();
    },
    hello(hello) {
      may = hello;
      compactions = hello.compactions;
      load();
    },
    compacted(report) {
      compactions = [report, ...compactions].slice(0, 100);
      if (chosen === undefined || chosen === report.log) load();
    },
  };
}

function actionButtons(log, { canCompact }, tell) {
  const act = (label, busy, work) => {
    const button = el('button', { class: 'quiet-button', type: 'button' }, label);
    button.addEventListener('click', async () => {
      button.disabled = true;
      setText(button, busy);
      try {
        const [text, kind] = await work();
        tell(text, kind);
      } catch (error) {
        tell(error.message, 'is-bad');
      } finally {
        button.disabled = false;
        setText(button, label);
      }
    });
    return button;
  };
  return [
    canCompact ? act('Compact now', 'Compacting …', async () => compactionWords(await post('compact', { log }))) : null,
    act('Verify', 'Reading …', async () => verificationWords(await post('verify', { log }))),
    // A form and not a request, so that the browser writes the file while it comes.
    el(
      'form',
      { method: 'post', action: address('backup', { log }) },
      el('button', { class: 'quiet-button', type: 'submit' }, 'Download backup'),
    ),
  ];
}

function compactionWords({ outcome, reason, bytesBefore, bytesAfter, durationMs }) {
  if (outcome === 'compacted') {
    return [`Compacted ${bytes(bytesBefore)} to ${bytes(bytesAfter)} in ${duration(durationMs)}.`, 'is-good'];
  }
  return [`Nothing to do: ${reason ?? outcome}.`, ''];
}

function verificationWords({ whole, entries, files, bytes: size, durationMs, message, hint }) {
  if (!whole) return [`Damaged. ${message} ${hint ?? ''}`, 'is-bad'];
  const what = `${plural(entries, 'entry', 'entries')} in ${plural(files, 'file')} (${bytes(size)})`;
  return [`Whole: every checksum of ${what} holds. Read in ${duration(durationMs)}.`, 'is-good'];
}

function part(name, ...content) {
  return el('section', { class: 'part' }, el('h3', {}, name), content);
}

function recoveryPart({ clean, events, entries, bytes: size, durationMs }) {
  const read = `${plural(entries, 'entry', 'entries')}, ${bytes(size)} verified in ${duration(durationMs)}`;
  return part(
    'Recovery at opening',
    el(
      'p',
      {},
      el('span', { class: clean ? 'badge is-good' : 'badge is-warn' }, clean ? 'clean' : 'mended'),
      ` ${read}.`,
    ),
    events.length === 0
      ? null
      : el(
          'ul',
          { class: 'events' },
          events.map((event) =>
            el(
              'li',
              {},
              el('strong', {}, `${event.found.replaceAll('-', ' ')}, ${event.action}. `),
              foreign(event.message),
            ),
          ),
        ),
  );
}

function filePart(files) {
  const newestFirst = files.toReversed().slice(0, FILES_MAX);
  const kinds = { active: 'Active log', backup: 'Backup', archive: 'Archive' };
  return part(
    'Files',
    el(
      'ul',
      { class: 'files' },
      newestFirst.map((file) =>
        el(
          'li',
          { class: 'file' },
          el('span', { class: 'file-kind' }, kinds[file.kind]),
          el('span', { class: 'file-size' }, bytes(file.bytes)),
          foreign(file.file, 'file-name'),
          el('span', { class: 'file-about' }, fileAbout(file)),
        ),
      ),
    ),
    files.length > FILES_MAX
      ? el('p', { class: 'card-note' }, `and ${count(files.length - FILES_MAX)} older ones`)
      : null,
  );
}

function fileAbout({ firstSeq, lastSeq, madeAt, from, to, kind, compressed }) {
  const seqs = firstSeq === undefined || lastSeq === undefined ? null : `seq ${count(firstSeq)} to ${count(lastSeq)}`;
  const time =
    madeAt !== undefined
      ? ['made ', timeOf(madeAt)]
      : kind === 'archive' && from && to
        ? [timeOf(from), ' to ', timeOf(to)]
        : null;
  const parts = [seqs, time, compressed ? 'compressed' : null].filter((each) => each !== null);
  return parts.flatMap((each, i) => (i === 0 ? each : [' · ', each].flat()));
}

function compactionPart(reports, isNamed) {
  const newest = reports.slice(0, COMPACTIONS_MAX);
  return part(
    'Compactions',
    newest.length === 0
      ? el('p', { class: 'card-note' }, 'None since the application started.')
      : el(
          'ol',
          { class: 'compactions' },
          newest.map((report) => compactionRow(report, isNamed)),
        ),
  );
}

function compactionRow(report, isNamed) {
  const { log, outcome, reason, startedAt, durationMs, bytesBefore, bytesAfter } = report;
  const kinds = { compacted: 'is-good', skipped: '', failed: 'is-bad' };
  const what =
    outcome === 'compacted'
      ? `${bytes(bytesBefore)} to ${bytes(bytesAfter)} in ${duration(durationMs)}`
      : foreign(reason ?? '');
  return el(
    'li',
    { class: 'compaction' },
    el('span', { class: `badge ${kinds[outcome]}` }, outcome),
    isNamed ? el('strong', {}, log) : null,
    el('span', {}, what),
    el('span', { class: 'compaction-time' }, timeOf(startedAt)),
  );
}
