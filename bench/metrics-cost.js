// @ts-check
// What metrics cost a writer: the same appends with and without MonitoringModule, in turn, in one process. A command of its
// own: `npm run build && node bench/metrics-cost.js [rounds]`. Ratios below 1 are what metrics take.
import { bootNest } from './nest.js';
import { keyOf, playerRecord } from './records.js';
import { median } from './statistics.js';
import { Workspace } from './workspace.js';

const ROUNDS = Number(process.argv[2] ?? 15);
const KEYS = 1000;

const CASES = [
  { title: 'durable, one after the other', fsync: 'always', lanes: 1, appends: 1_000 },
  { title: 'durable, 1,000 in flight', fsync: 'always', lanes: 1000, appends: 50_000 },
  {
    title: 'relaxed, one after the other (a batch for each entry: the worst case)',
    fsync: 'never',
    lanes: 1,
    appends: 20_000,
  },
  { title: 'relaxed, 1,000 in flight', fsync: 'never', lanes: 1000, appends: 100_000 },
];

const workspace = new Workspace();
if (workspace.isInMemory) console.error('TMPDIR is in memory: the durable figures mean nothing here.');

/**
 * @param {{ fsync: any, lanes: number, appends: number }} what
 * @param {boolean} isMetered
 * @returns {Promise<number>} appends per second
 */
async function measure({ fsync, lanes, appends }, isMetered) {
  const { AppendLogService, MonitoringModule, StorageModule } = await import('../dist/index.js');
  const directory = workspace.directory('metrics');
  const storage = StorageModule.forRoot({ dataDir: directory, fsync, mainFiles: false });
  const application = await bootNest(storage, ...(isMetered ? [MonitoringModule.forRoot({ metrics: true })] : []));
  const logs = application.get(AppendLogService);
  const write = async (/** @type {number} */ count) => {
    let left = count;
    const lane = async () => {
      for (; left > 0; ) {
        left -= 1;
        const player = left % KEYS;
        await logs.append('players', { op: 'SET', key: keyOf(player), value: playerRecord(player, left) });
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  };
  await write(appends >> 2);
  const start = performance.now();
  await write(appends);
  const perSecond = (appends / (performance.now() - start)) * 1000;
  await application.close();
  workspace.remove(directory);
  return perSecond;
}

for (const { title, ...what } of CASES) {
  const ratios = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Whoever comes second finds a warmer process, so they take turns at that.
    const order = round % 2 === 0 ? [true, false] : [false, true];
    const figures = new Map();
    for (const isMetered of order) figures.set(isMetered, await measure(what, isMetered));
    ratios.push(figures.get(true) / figures.get(false));
  }
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  console.log(`${title}: ${median(ratios).toFixed(3)} (${least.toFixed(3)} to ${most.toFixed(3)}, ${ROUNDS} rounds)`);
}
