/** Puts the page together: what arrives on the line goes to the parts that show it. */

import { createDetail } from './detail.js';
import { createDialogs } from './dialogs.js';
import { el, show } from './dom.js';
import { createEntries } from './entries.js';
import { createFigures } from './figures.js';
import { createHeader } from './header.js';
import { createLine } from './line.js';
import { createLogs } from './logs.js';
import { createPast } from './past.js';
import { createPlots } from './plots.js';

const CHOICES = ['log', 'key', 'op'];

/** Which entries are looked at; it stands in the address, so that it can be kept and sent to somebody. */
const choice = choiceInAddress();
const past = createPast();
const dialogs = createDialogs();
const header = createHeader();
const figures = createFigures(past);
const plots = createPlots(past);
const logs = createLogs(past, (log) => choose({ log: choice.log === log ? undefined : log }));
const detail = createDetail();
const entries = createEntries({
  choice,
  onChoice: choose,
  onHistory: dialogs.openHistory,
  onValue: dialogs.openValue,
});
const main = el(
  'main',
  {},
  figures.node,
  plots.node,
  logs.node,
  el('div', { class: 'pair' }, entries.node, detail.node),
);
show(document.getElementById('app'), header.node, main, dialogs.node);

let latest;
const line = createLine({ onEvent, onStatus });
detail.choose(choice.log);
line.open(choice);

function onStatus(status) {
  header.setStatus(status);
  document.body.classList.toggle('is-stale', status !== 'live');
}

function onEvent(name, message) {
  if (name === 'state') update(message);
  else if (name === 'entries') entries.receive(message);
  else if (name === 'compaction') detail.compacted(message);
  else if (name === 'hello') {
    past.recall(message.seconds);
    detail.hello(message);
    entries.load();
  }
}

function update(state) {
  latest = state;
  past.note(state);
  header.update(state);
  figures.update(state);
  logs.update(state.logs, choice.log);
  entries.setLogs(state.logs.map(({ log }) => log));
  // Nobody sees it, and drawing is what costs most.
  if (document.visibilityState !== 'visible') return;
  plots.update(choice.log);
  detail.refresh();
}

function choose(change) {
  Object.assign(choice, change);
  const chosen = CHOICES.filter((name) => choice[name] !== undefined).map((name) => [name, choice[name]]);
  history.replaceState(null, '', chosen.length > 0 ? `#${new URLSearchParams(chosen)}` : location.pathname);
  entries.clear();
  if ('log' in change) detail.choose(choice.log);
  if (latest !== undefined) {
    logs.update(latest.logs, choice.log);
    plots.update(choice.log);
  }
  line.open(choice);
}

function choiceInAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(CHOICES.map((name) => [name, given.get(name) || undefined]));
}
