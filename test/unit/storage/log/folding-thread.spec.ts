import { execFile } from 'node:child_process';
import { copyFile, mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { LogEngine } from '../../../../src/storage/log/index.js';
import { WatchedThreads } from '../../../support/watched-threads.js';

const threads = new WatchedThreads();
threads.watch();
// Imported after that, for the engine behind it takes its threads from there.
const { logBench, logLines, RecordedMessages, readLog, remove, replaceAll, set, stateOf, writeLog } = await import(
  '../../../support/log-bench.js'
);
const { WatchedDisk } = await import('../../../support/watched-disk.js');

const bench = logBench();
afterEach(() => threads.reset());

const KEYS = 4000;
const VALUE = 'v'.repeat(1000);
const filesOf = async (dataDir: string): Promise<string[]> => (await readdir(join(dataDir, 'logs'))).sort();

/** Larger than what is folded without a thread: `key 0` and on, each written three times. */
async function fill(engine: LogEngine, rounds = 3): Promise<Map<string, unknown>> {
  const state = new Map<string, unknown>();
  for (let round = 0; round < rounds; round += 1) {
    const written: Promise<unknown>[] = [];
    for (let n = 0; n < KEYS; n += 1) {
      state.set(`key ${n}`, { n, round, VALUE });
      written.push(engine.append('a', set(`key ${n}`, { n, round, VALUE })));
    }
    await Promise.all(written);
  }
  return state;
}

async function filled(): Promise<{ dataDir: string; engine: LogEngine; state: Map<string, unknown> }> {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir, fsync: 'never' });
  return { dataDir, engine, state: await fill(engine) };
}

async function expectOnDisk(dataDir: string, engine: LogEngine, state: Map<string, unknown>): Promise<void> {
  expect(await stateOf(engine, 'a')).toEqual(state);
  for (const [key, value] of [...state].slice(0, 50)) expect(await engine.get('a', key)).toEqual(value);
  await engine.close();
  const again = await bench.engine({ dataDir, recovery: 'strict' });
  expect(await stateOf(again, 'a')).toEqual(state);
  expect((await again.openLog('a')).clean).toBe(true);
}

describe('a log is folded', () => {
  test('by the calling thread where it is small, or its disk is not that of other threads', async () => {
    const small = await bench.engine();
    await small.append('a', set('k', 1));
    await small.append('a', set('k', 2));
    expect((await small.compact('a')).outcome).toBe('compacted');
    const watched = await bench.engine({ disk: new WatchedDisk(), fsync: 'never' });
    await fill(watched);
    expect((await watched.compact('a')).outcome).toBe('compacted');
    expect(threads.started).toEqual([]);
  });

  test('into the same bytes by a thread of its own as by the calling one', async () => {
    const older = await bench.directory();
    await (await bench.engine({ dataDir: older })).close();
    await writeLog(
      older,
      'a',
      '{"value":{"data":{"x":1}},"op":"SET","key":"k\\u0041","timestamp":"2026-11-22T12:34:56.789Z"}\n' +
        '{"op":"CHECKPOINT","state":{"a":1 , "b": {"data":{}} ,"c" :[ 1 ] } ,"compactedAt":"2026-11-22T12:34:56.789Z"}\n' +
        '{"op":"SET","key":"d","value":"\\u00e9 }" ,"later":[{"}":1}],"timestamp":"2026-11-22T12:34:56.789Z"}\n',
    );
    const source = await bench.engine({ dataDir: older, fsync: 'never' });
    await fill(source);
    const meta = { actor: '"}', reason: ',"value":{' };
    await source.append('a', set('', { 'x"': '},"meta":{' }), meta);
    await source.append('a', set('"\\é\n', [1, 2.5e3, null, '']), meta);
    await source.append('a', set('number', 12), meta);
    await source.append('a', remove('key 7'));
    await source.close();
    const lines = [];
    for (const disk of [undefined, new WatchedDisk()]) {
      const dataDir = await bench.directory();
      await mkdir(join(dataDir, 'logs'));
      await copyFile(join(older, 'logs', 'a.log'), join(dataDir, 'logs', 'a.log'));
      const engine = await bench.engine({ dataDir, fsync: 'never', ...(disk && { disk }) });
      await engine.compact('a');
      const once = await readLog(dataDir, 'a');
      // Folded once more, from a whole state.
      await engine.append('a', remove('key 8'));
      await fill(engine, 2);
      await engine.compact('a');
      lines.push([once, await readLog(dataDir, 'a')].map(withoutTimes));
    }
    expect(threads.started).toHaveLength(2);
    expect(lines[0]).toEqual(lines[1]);
  });

  test('by the calling thread where no other one starts', async () => {
    const logger = new RecordedMessages();
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir, fsync: 'never', logger });
    const state = await fill(engine);
    threads.entry = new URL('./missing.worker.js', import.meta.url);
    expect((await engine.compact('a')).outcome).toBe('compacted');
    expect(threads.started).toHaveLength(1);
    expect(logger.warnings).toEqual([expect.stringMatching(/No thread could be started to fold .+a\.log/)]);
    await expectOnDisk(dataDir, engine, state);
  });
});

function withoutTimes(line: string): string {
  return line.replace(/"timestamp":"[^"]+"|"compactedAt":"[^"]+"|"crc":"[^"]+"/g, '');
}

describe('while a thread folds', () => {
  test('keys are set, deleted and added, and all of it is there afterwards', async () => {
    const { dataDir, engine, state } = await filled();
    threads.shutGate();
    const compaction = engine.compact('a');
    await threads.arrived();
    for (let n = 0; n < KEYS; n += 2) {
      state.set(`key ${n}`, n);
      state.set(`new ${n}`, n);
      state.delete(`key ${n + 1}`);
      void engine.append('a', set(`key ${n}`, n));
      void engine.append('a', set(`new ${n}`, n));
      await engine.append('a', remove(`key ${n + 1}`));
    }
    await engine.append('a', set('key 1', 'again'));
    state.set('key 1', 'again');
    expect(await stateOf(engine, 'a')).toEqual(state);
    threads.openGate();
    expect(await compaction).toMatchObject({ outcome: 'compacted', keys: KEYS, seq: KEYS * 3 });
    expect(threads.started).toHaveLength(1);
    const [checkpoint, ...rest] = await logLines(dataDir, 'a');
    expect(checkpoint).toMatchObject({ op: 'CHECKPOINT', seq: KEYS * 3 });
    expect(rest).toHaveLength(1.5 * KEYS + 1);
    await expectOnDisk(dataDir, engine, state);
  });

  test('the whole state is replaced, and then another key set', async () => {
    const { dataDir, engine } = await filled();
    threads.shutGate();
    const compaction = engine.compact('a');
    await threads.arrived();
    await engine.append('a', replaceAll({ z: 1, 'key 1': 2 }));
    await engine.append('a', set('b', 3));
    threads.openGate();
    await compaction;
    await expectOnDisk(dataDir, engine, new Map(Object.entries({ z: 1, 'key 1': 2, b: 3 })));
  });

  test('closing waits for it, and no thread is left', async () => {
    const { dataDir, engine, state } = await filled();
    threads.shutGate();
    const compaction = engine.compact('a');
    const thread = await threads.arrived();
    let closed = false;
    const closing = engine.close().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(closed).toBe(false);
    threads.openGate();
    await closing;
    expect(thread.threadId).toBe(-1);
    expect((await compaction).outcome).toBe('compacted');
    const again = await bench.engine({ dataDir, recovery: 'strict' });
    expect(await stateOf(again, 'a')).toEqual(state);
    expect((await again.openLog('a')).entries).toBe(1);
  });
});

describe('a thread that dies while it folds fails that compaction and nothing else', () => {
  const hog = 'const all = []; for (;;) all.push(new Array(1e5).fill(0).map(() => ({})));';
  test.each<[string, string, (thread: Worker) => unknown]>([
    ['ends the thread', 'process.exit(7);', () => undefined],
    ['throws where nobody catches', 'process.nextTick(() => { throw new Error("astray"); });', () => undefined],
    ['needs more memory than there is', hog, () => undefined],
    ['is told to stop', '', (thread) => thread.terminate()],
  ])('where it %s', async (_, onWrite, then) => {
    const { dataDir, engine, state } = await filled();
    const before = await readLog(dataDir, 'a');
    threads.shutGate();
    threads.onWrite += onWrite;
    threads.options = { resourceLimits: { maxOldGenerationSizeMb: 16 } };
    const compaction = engine.compact('a');
    const outcome = expect(compaction).rejects.toMatchObject({ name: 'LogError', code: 'LOG_IO' });
    const thread = await threads.arrived();
    expect((await stat(join(dataDir, 'logs', 'a.log.compacting'))).size).toBeGreaterThan(0);
    if (onWrite !== '') threads.openGate();
    await then(thread);
    await outcome;
    await expect(compaction).rejects.toThrow(/The thread that folded .+a\.log ended early \(exit code [17]\)/);
    expect(thread.threadId).toBe(-1);
    expect(await filesOf(dataDir)).toEqual(['a.log']);
    expect(await readLog(dataDir, 'a')).toBe(before);

    threads.reset();
    await engine.append('a', set('key 0', 'after'));
    state.set('key 0', 'after');
    expect(await engine.compact('a')).toMatchObject({ outcome: 'compacted', seq: KEYS * 3 + 1 });
    expect(threads.started).toHaveLength(1);
    await expectOnDisk(dataDir, engine, state);
  });
});

describe('what a thread finds is refused as the calling one would', () => {
  test('rot, with the place of it', async () => {
    const { dataDir, engine } = await filled();
    const text = await readLog(dataDir, 'a');
    // In a value that was replaced long since: no read would find it.
    const at = text.indexOf('"key":"key 100"') + 40;
    const file = await open(join(dataDir, 'logs', 'a.log'), 'r+');
    await file.write('#', at);
    await expect(engine.compact('a')).rejects.toMatchObject({
      name: 'LogError',
      code: 'LOG_CORRUPT',
      file: join(dataDir, 'logs', 'a.log'),
      offset: text.lastIndexOf('\n', at) + 1,
      line: 101,
    });
    expect(threads.started).toHaveLength(1);
    expect(await filesOf(dataDir)).toEqual(['a.log']);
    expect(await engine.get('a', 'key 100')).toMatchObject({ n: 100, round: 2 });
    await file.write(text.charAt(at), at);
    await file.close();
    expect((await engine.compact('a')).outcome).toBe('compacted');
  });

  test.each([
    ['ENOSPC', 'LOG_DISK_FULL'],
    ['EIO', 'LOG_IO'],
  ])('%s, as %s', async (code, expected) => {
    const { dataDir, engine } = await filled();
    threads.onWrite = `throw Object.assign(new Error('no'), { code: '${code}' });`;
    await expect(engine.compact('a')).rejects.toMatchObject({
      name: 'LogError',
      code: expected,
      file: join(dataDir, 'logs', 'a.log.compacting'),
      cause: { code },
    });
    expect(await filesOf(dataDir)).toEqual(['a.log']);
  });
});

/** A process that opens the log and does what `text` says, with `engine`. */
async function run(dataDir: string, text: string): Promise<{ stdout: string; signal: string | undefined }> {
  const door = new URL('../../../../src/storage/log/index.js', import.meta.url).href;
  const program = `
    import { statSync } from 'node:fs';
    import { fileEngine, resolveLogOptions } from ${JSON.stringify(door)};
    const options = resolveLogOptions({ dataDir: ${JSON.stringify(dataDir)}, mainFiles: false });
    const engine = fileEngine(options, { log() {}, warn() {}, error() {} });
    await engine.open();
    ${text}`;
  const words = ['--input-type=module', '--eval', program];
  const running = promisify(execFile)(process.execPath, words, { env: { ...process.env, NODE_OPTIONS: '' } });
  return running.then(
    ({ stdout }) => ({ stdout, signal: undefined }),
    (error) => {
      if (error.signal) return error as { stdout: string; signal: string };
      throw error;
    },
  );
}

describe('a process', () => {
  test('that compacts ends when it has, also where it does not close', async () => {
    const { dataDir, engine } = await filled();
    await engine.close();
    const { stdout } = await run(dataDir, "process.stdout.write((await engine.compact('a')).outcome);");
    expect(stdout).toBe('compacted');
    expect(await logLines(dataDir, 'a')).toHaveLength(1);
  }, 20_000);

  test('that is killed while a thread folds leaves the log as it was', async () => {
    const { dataDir, engine, state } = await filled();
    await engine.close();
    const before = await readLog(dataDir, 'a');
    const compacting = JSON.stringify(join(dataDir, 'logs', 'a.log.compacting'));
    const { signal } = await run(
      dataDir,
      `void engine.compact('a');
      for (;;) {
        if (statSync(${compacting}, { throwIfNoEntry: false })?.size > 0) process.kill(process.pid, 'SIGKILL');
        await new Promise((resolve) => setImmediate(resolve));
      }`,
    );
    expect(signal).toBe('SIGKILL');
    expect(await readLog(dataDir, 'a')).toBe(before);
    const again = await bench.engine({ dataDir });
    expect(await stateOf(again, 'a')).toEqual(state);
    expect(await filesOf(dataDir)).not.toContain('a.log.compacting');
    expect((await again.compact('a')).outcome).toBe('compacted');
  }, 20_000);
});
