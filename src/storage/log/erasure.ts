/**
 * Erasing what must not be kept. A tombstone alone leaves the value in the history, so the active log is folded and every
 * other file in which entries are kept is written anew without it, checksums chained again. What is to be erased is noted
 * first and the note removed last: whoever opens the log in between goes on.
 */
import { randomBytes } from 'node:crypto';
import { basename, dirname, posix } from 'node:path';
import { encodeChange } from './change.js';
import { compactLog } from './compaction.js';
import type { EntryMeta } from './entry.js';
import { dropIntent, type ErasureIntent, readIntent, writeIntent } from './erasure-intent.js';
import { LogError, toLogError } from './errors.js';
import type { FileLog } from './file-log.js';
import { replaceFile } from './file-system.js';
import { rewriteHistory } from './history-rewriting.js';
import { freeName } from './kept-names.js';
import type { LogContext } from './log-context.js';
import type { ErasureReceipt } from './log-engine.js';
import { readLines } from './log-reader.js';
import { proven } from './proven-text.js';
import { type LineScrubber, lineScrubber, Texts } from './scrubbing.js';

/** Keys that a refusal names. */
const NAMED_KEYS = 5;

export interface Erasure {
  key: string | undefined;
  mentions: readonly string[];
  meta: EntryMeta | undefined;
}

/** @throws LogError `LOG_CONFLICT` where a live value mentions what is to be erased; nothing is changed then */
export async function erase(log: FileLog, { key, mentions, meta }: Erasure): Promise<ErasureReceipt> {
  await finishErasure(log);
  const mentionsUpToSeq = await assertNotMentioned(log, key, mentions);
  const intent: ErasureIntent = {
    id: randomBytes(6).toString('hex'),
    requestedAt: new Date().toISOString(),
    mentions: [...mentions],
    mentionsUpToSeq,
  };
  if (key !== undefined) intent.key = key;
  if (meta !== undefined) intent.meta = meta;
  return run(log, async () => {
    await writeIntent(log.context, intent);
    return finish(log, intent);
  });
}

/** Goes on with what was begun, if anything was. */
export async function finishErasure(log: FileLog): Promise<ErasureReceipt | undefined> {
  return run(log, async () => {
    const intent = await readIntent(log.context);
    return intent && finish(log, intent);
  });
}

async function run<R>({ context }: FileLog, task: () => Promise<R>): Promise<R> {
  return task().catch((error) => {
    throw toLogError(error, 'erasing from', context.paths.log);
  });
}

/** @returns where the log stood when nothing live mentioned it */
async function assertNotMentioned(log: FileLog, key: string | undefined, mentions: readonly string[]): Promise<number> {
  const entries = log.entriesNow();
  const { seq } = log.end;
  if (mentions.length === 0) return seq;
  const texts = new Texts(mentions);
  const found: string[] = [];
  for await (const [live, value] of entries) {
    if (live !== key && (texts.standIn(live) || texts.standIn(value))) found.push(live);
  }
  if (found.length === 0) return seq;
  const named = found.slice(0, NAMED_KEYS).map((each) => JSON.stringify(each));
  const more = found.length > named.length ? ` and ${found.length - named.length} more` : '';
  const { log: file, name } = log.context.paths;
  throw new LogError(
    'LOG_CONFLICT',
    `Values of ${name} still mention what is to be erased: ${named.join(', ')}${more}.`,
    {
      file,
      hint: 'Change or delete these first; nothing was erased.',
    },
  );
}

async function finish(log: FileLog, begun: ErasureIntent): Promise<ErasureReceipt> {
  const { context } = log;
  const { deleted, ...intent } = await deleteKey(log, begun);
  const scrub = lineScrubber({
    key: intent.key,
    mentions: intent.mentions,
    keyUpToSeq: deleted.upToSeq,
    mentionsUpToSeq: intent.mentionsUpToSeq,
    placeholder: `erased:${intent.id}`,
  });
  const files: ErasureReceipt['files'] = [];
  const lines = await countIn(log, scrub);
  if (lines > 0) {
    await compactLog(log, { keepBackups: Number.POSITIVE_INFINITY });
    files.push({ file: posix.join('logs', basename(context.paths.log)), lines });
  }
  files.push(...(await rewriteHistory(context, scrub)));
  const removedFiles = await removeRemains(log);
  const receipt: ErasureReceipt = {
    id: intent.id,
    log: context.paths.name,
    requestedAt: intent.requestedAt,
    finishedAt: new Date().toISOString(),
    existed: deleted.existed,
    upToSeq: deleted.upToSeq,
    files,
    removedFiles,
  };
  if (intent.meta && !namesErased(intent)) receipt.meta = intent.meta;
  await keepReceipt(context, receipt);
  await dropIntent(context);
  return receipt;
}

/** The tombstone comes before everything else: from then on nobody reads the value. */
async function deleteKey(
  log: FileLog,
  intent: ErasureIntent,
): Promise<Required<Pick<ErasureIntent, 'deleted'>> & ErasureIntent> {
  const { deleted, key } = intent;
  if (deleted) return { ...intent, deleted };
  const existed = key !== undefined && log.has(key);
  const { seq = log.end.seq } = existed ? await log.append(encodeChange({ op: 'DELETE', key })) : log.end;
  const known = { ...intent, deleted: { upToSeq: seq, existed } };
  await writeIntent(log.context, known);
  return known;
}

/** Lines of the active log in which something is to be erased. */
async function countIn(log: FileLog, scrub: LineScrubber): Promise<number> {
  const shared = log.shared.hold();
  try {
    let lines = 0;
    for await (const { bytes } of readLines(shared.file, log.end.offset)) if (scrub(bytes)) lines += 1;
    return lines;
  } finally {
    await shared.release();
  }
}

/** What holds bytes that no line accounts for, and the main file, which is written anew where there shall be one. */
async function removeRemains({ context, mainFile }: FileLog): Promise<string[]> {
  const { disk, paths, options } = context;
  const kept = (await disk.list(paths.directory)).filter((fileName) => isRemains(fileName, paths.name));
  for (const fileName of kept) await disk.remove(posix.join(paths.directory, fileName));
  const removed = kept.map((fileName) => posix.join('logs', fileName));
  await disk.remove(`${paths.mainFile}.tmp`);
  await mainFile.write();
  if (mainFile.error !== undefined) throw new Error(mainFile.error);
  if (!options.mainFiles && (await disk.fileSize(paths.mainFile)) !== undefined) {
    await disk.remove(paths.mainFile);
    removed.push(basename(paths.mainFile));
  }
  await disk.syncDirectory(dirname(paths.mainFile));
  await disk.syncDirectory(paths.directory);
  return removed;
}

function isRemains(fileName: string, log: string): boolean {
  return [`${log}.log.torn.`, `${log}.log.damaged.`].some((beginning) => fileName.startsWith(beginning));
}

function namesErased({ key, mentions, meta }: ErasureIntent): boolean {
  return new Texts([...mentions, ...(key === undefined ? [] : [key])]).standIn(meta);
}

async function keepReceipt({ disk, paths }: LogContext, receipt: ErasureReceipt): Promise<void> {
  const line = Buffer.from(`${proven(receipt)}\n`);
  const path = await freeName(disk, (unixMs) => paths.erased(unixMs));
  await replaceFile(disk, path, (file) => file.write(line, 0, line.length, 0));
}
