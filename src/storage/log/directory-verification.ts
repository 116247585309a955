/**
 * Verifies a data directory, every file of it, without touching one: each checksum and seq, and whether the files agree.
 * Where a process writes there, what it is in the middle of is no damage; other damage is looked at again first.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { findArchive } from './archive.js';
import { readArchiveIndex } from './archive-index.js';
import { type DirectoryFile, directoryFiles, logsOf } from './directory-files.js';
import { type FileSystem, NodeFileSystem } from './file-system.js';
import { isWholeIndexFile } from './index-file.js';
import { type Holder, holderOf } from './lock.js';
import { assertLogName, LogPaths } from './log-name.js';
import { type LogFileVerification, seqs, type VerifyFinding, verifyLogFile } from './log-verification.js';
import { proveMainFile } from './main-file.js';
import { LOOK_AGAIN_MS, LOOKS_AT_DAMAGE } from './read-only-engine.js';
import type { ScanResult } from './scan-result.js';
import { anchorOf, readSeal, type Seal } from './seal.js';
import { stateShownBy } from './view-verification.js';

/** One file that was verified. @publicApi */
export interface VerifiedFile {
  /** Relative to the data directory, with slashes. */
  file: string;
  log: string;
  what: DirectoryFile['kind'];
  bytes: number;
  isWhole: boolean;
  /** Of files of entries. */
  entries?: number;
  firstSeq?: number;
  lastSeq?: number;
}

/** @publicApi */
export type VerifyStep =
  | { type: 'progress'; file: string; doneBytes: number; totalBytes: number }
  | { type: 'file'; file: VerifiedFile; findings: VerifyFinding[] };

/** @publicApi */
export interface VerifyOptions {
  /** Only this log. */
  log?: string;
  disk?: FileSystem;
}

const PROGRESS_MS = 100;
/** A larger main file is not decoded to compare it. */
const COMPARED_BYTES = 256 * 1024 * 1024;

/**
 * Each file with what was found in it, and how far the reading is in between.
 * @throws TypeError for a log name that is none
 * @publicApi
 */
export async function* verifyDirectory(
  dataDir: string,
  { log, disk = new NodeFileSystem() }: VerifyOptions = {},
): AsyncGenerator<VerifyStep> {
  if (log !== undefined) assertLogName(log);
  const holder = await holderOf(disk, dataDir);
  const files = (await directoryFiles(disk, dataDir)).filter((file) => log === undefined || file.log === log);
  const totalBytes = files.reduce((sum, { bytes, kind }) => sum + (isOfEntries(kind) ? bytes : 0), 0);
  const progress = { file: '', doneBytes: 0, totalBytes };
  for (const name of logsOf(files)) {
    const before = progress.doneBytes;
    for (let look = 1; ; look += 1) {
      progress.doneBytes = before;
      const ofLog = look === 1 ? files.filter((file) => file.log === name) : await filesOf(disk, dataDir, name);
      const verifying = new LogVerification(disk, dataDir, name, ofLog, holder, progress).run();
      const steps = yield* whileRunning(verifying, progress);
      const isDamaged = steps.some(({ findings }) => findings.some(({ severity }) => severity === 'damage'));
      if (isDamaged && holder && look < LOOKS_AT_DAMAGE) {
        await delay(LOOK_AGAIN_MS);
        continue;
      }
      yield* steps;
      break;
    }
  }
}

type FileStep = Extract<VerifyStep, { type: 'file' }>;
type Progress = Omit<Extract<VerifyStep, { type: 'progress' }>, 'type'>;

function isOfEntries(kind: DirectoryFile['kind']): boolean {
  return kind === 'log' || kind === 'backup' || kind === 'archive';
}

async function filesOf(disk: FileSystem, dataDir: string, log: string): Promise<DirectoryFile[]> {
  return (await directoryFiles(disk, dataDir)).filter((file) => file.log === log);
}

async function* whileRunning<T>(work: Promise<T>, progress: Progress): AsyncGenerator<VerifyStep, T> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  done.catch(() => undefined);
  while (!isDone) {
    const pause = new AbortController();
    const waited = delay(PROGRESS_MS, undefined, { signal: pause.signal }).catch(() => undefined);
    await Promise.race([done, waited]);
    pause.abort();
    const doneBytes = Math.min(progress.doneBytes, progress.totalBytes);
    if (!isDone) yield { type: 'progress', ...progress, doneBytes };
  }
  return done;
}

/** Everything that belongs to one log. */
class LogVerification {
  readonly #steps: FileStep[] = [];
  readonly #paths: LogPaths;

  constructor(
    private readonly disk: FileSystem,
    dataDir: string,
    private readonly log: string,
    private readonly files: readonly DirectoryFile[],
    private readonly holder: Partial<Holder> | undefined,
    private readonly progress: Progress,
  ) {
    this.#paths = new LogPaths(dataDir, log);
  }

  async run(): Promise<FileStep[]> {
    const seal = await this.#seal();
    // The main file is read before the log: while a process writes, it may then be older than that, never newer.
    const main = await this.#mainFile();
    const kept: { file: DirectoryFile; scan: ScanResult }[] = [];
    for (const file of this.files.filter(({ kind }) => kind === 'backup' || kind === 'archive')) {
      const { scan } = await this.#entries(file, undefined);
      if (scan) kept.push({ file, scan });
    }
    const active = this.files.find(({ kind }) => kind === 'log');
    if (!active) this.#missingLog(seal, kept.length);
    const verified = active && (await this.#entries(active, seal));
    if (active && verified?.scan) kept.push({ file: active, scan: verified.scan });
    this.#gaps(kept);
    if (main) await this.#view(main, seal, verified?.scan);
    for (const file of this.files) await this.#other(file);
    return this.#steps;
  }

  async #seal(): Promise<Seal | undefined> {
    const file = this.files.find(({ kind }) => kind === 'seal');
    const found = await readSeal(this.disk, this.#paths.seal);
    if (!file || found === undefined) return undefined;
    const isWhole = found !== 'damaged';
    this.#note(file, isWhole, [
      !isWhole && {
        severity: 'damage',
        found: 'damaged-seal',
        file: file.file,
        line: 1,
        offset: 0,
        message: 'It does not match its own checksum. Whether the log was cut at the end of a line cannot be told.',
        hint: 'A clean close writes it anew: `append-log repair`.',
      },
    ]);
    return isWhole ? found : undefined;
  }

  async #entries(file: DirectoryFile, seal: Seal | undefined): Promise<LogFileVerification> {
    this.progress.file = file.file;
    const before = this.progress.doneBytes;
    const verified = await verifyLogFile(this.disk, file, anchorOf(seal), (bytes) => {
      this.progress.doneBytes = Math.min(before + file.bytes, this.progress.doneBytes + bytes);
    });
    this.progress.doneBytes = before + file.bytes;
    const { scan } = verified;
    // What a running process is in the middle of writing.
    const findings = verified.findings.filter(
      ({ found }) => !this.holder || file.kind !== 'log' || found !== 'torn-tail',
    );
    if (scan && seal && scan.lastSeq < seal.seq && file.kind === 'log') findings.push(truncation(file, scan, seal));
    const isGone = !scan && verified.findings.length === 0;
    if (!isGone) {
      const { firstSeq = 0, lastSeq = 0, engineLines = 0, olderLines = 0 } = scan ?? {};
      this.#note(
        file,
        findings.every(({ severity }) => severity === 'note'),
        findings,
        {
          entries: engineLines + olderLines,
          firstSeq,
          lastSeq,
        },
      );
    }
    return verified;
  }

  #missingLog(seal: Seal | undefined, kept: number): void {
    if (!seal && kept === 0) return;
    const file = `logs/${this.log}.log`;
    const missing = { kind: 'log' as const, log: this.log, path: this.#paths.log, file, bytes: 0, compressed: false };
    this.#note(missing, false, [
      {
        severity: 'damage',
        found: 'lost-log',
        file,
        message: `The log is gone; ${seal ? `its seal says that it went up to seq ${seal.seq}` : 'only backups are left'}.`,
        hint: '`append-log repair --dry-run` tells whether it can be rebuilt.',
      },
    ]);
  }

  /** Files of entries follow each other without a hole. What was healed or salvaged leaves one, and says so. */
  #gaps(kept: { file: DirectoryFile; scan: ScanResult }[]): void {
    const wasRebuilt = this.files.some(({ kind, file }) => kind === 'kept' && file.includes('.damaged.'));
    // What is missing may stand in a file that cannot be unpacked, of which has been told.
    const isExplained = wasRebuilt || this.#steps.some(({ file }) => !file.isWhole && file.file.endsWith('.gz'));
    const numbered = kept.filter(({ scan }) => scan.lastSeq > 0 && scan.engineLines > 0);
    numbered.sort((a, b) => a.scan.firstSeq - b.scan.firstSeq || a.scan.lastSeq - b.scan.lastSeq);
    let known = 0;
    for (const { file, scan } of numbered) {
      if (known > 0 && scan.firstSeq > known + 1) {
        const lostSeq: [number, number] = [known + 1, scan.firstSeq - (scan.checkpointBytes > 0 ? 0 : 1)];
        this.#add(file, {
          severity: isExplained ? 'note' : 'damage',
          found: 'lost-entries',
          file: file.file,
          line: 1,
          offset: 0,
          lostSeq,
          message: `No kept file has ${seqs(lostSeq)}: a backup or a segment of the archive before this file is missing.`,
          hint: 'The state is not touched by it, only the history. Put the missing file back from a backup.',
        });
      }
      known = Math.max(known, scan.lastSeq);
    }
  }

  async #mainFile(): Promise<{ file: DirectoryFile; content: Buffer | undefined } | undefined> {
    const file = this.files.find(({ kind }) => kind === 'main file');
    if (!file) return undefined;
    const content = file.bytes <= COMPARED_BYTES ? await this.disk.readFile(file.path) : undefined;
    return { file, content };
  }

  async #view(
    { file, content }: { file: DirectoryFile; content: Buffer | undefined },
    seal: Seal | undefined,
    scan: ScanResult | undefined,
  ): Promise<void> {
    const finding = await this.#viewFinding(file, content, seal, scan);
    this.#note(file, finding?.severity !== 'damage', [finding]);
  }

  async #viewFinding(
    { file, path }: DirectoryFile,
    content: Buffer | undefined,
    seal: Seal | undefined,
    scan: ScanResult | undefined,
  ): Promise<VerifyFinding | undefined> {
    const hint = 'The log is the truth: `append-log repair` writes the main file anew, as the next start does.';
    const place = { file, line: 1, offset: 0 };
    const context = { disk: this.disk, paths: this.#paths };
    const sealed = scan && seal?.seq === scan.lastSeq ? seal.main : undefined;
    if (sealed) {
      const proof = await proveMainFile(context);
      if (proof?.bytes === sealed.bytes && proof.crc === sealed.crc) return undefined;
    }
    if (!content) {
      if (!sealed)
        return { severity: 'note', found: 'stale-view', file, message: 'Too large to be compared with the log.' };
      return { severity: 'damage', found: 'lost-view', ...place, message: 'It is not what was last written.', hint };
    }
    const main = parsed(content);
    if ('why' in main) {
      const message = `It cannot be read (${main.why}).`;
      return { severity: 'damage', found: 'lost-view', ...place, message, hint };
    }
    if (sealed)
      return { severity: 'damage', found: 'lost-view', ...place, message: 'It is not what was last written.', hint };
    if (!scan || scan.lastSeq === 0) {
      const message = 'There is no log beside it; opening takes its state over.';
      return { severity: 'note', found: 'stale-view', file, message };
    }
    if (scan.engineLines === 0) return undefined;
    const shown = await stateShownBy(this.disk, this.#paths, main.value, scan.end).catch(() => undefined);
    if (!shown || shown.seq === scan.lastSeq) return undefined;
    if (shown.seq === undefined) {
      const keys = shown.differing.map((key) => JSON.stringify(key)).join(', ');
      const message = `It shows a state that the log never had; keys that differ: ${keys}.`;
      return { severity: 'damage', found: 'lost-view', ...place, message, hint };
    }
    const message = `It shows the log as of seq ${shown.seq}; the log goes on to seq ${scan.lastSeq}.`;
    if (this.holder)
      return { severity: 'note', found: 'stale-view', file, message: `${message} The running process writes it soon.` };
    const ended = `${message} A process was ended before it wrote the main file (${path}).`;
    return { severity: 'damage', found: 'stale-view', ...place, message: ended, hint };
  }

  async #other(file: DirectoryFile): Promise<void> {
    if (file.kind === 'index') {
      const isWhole = await isWholeIndexFile(this.disk, file.path).catch(() => true);
      this.#note(file, isWhole, [
        !isWhole && {
          severity: 'damage',
          found: 'damaged-index',
          file: file.file,
          message: 'It does not match its checksums. Nobody will believe it: opening reads the log instead.',
          hint: 'Remove it; a clean close writes it anew.',
        },
      ]);
    } else if (file.kind === 'leftover' || file.kind === 'kept' || file.kind === 'erasure') {
      const finding = aside(file, this.holder !== undefined);
      this.#note(file, true, [finding]);
    } else if (file.kind === 'archive index') {
      this.#note(file, true, [await this.#archiveIndex(file)]);
    }
  }

  /** It is derived, and made again where it tells something else than the segments: that is worth a note. */
  async #archiveIndex({ file }: DirectoryFile): Promise<VerifyFinding | undefined> {
    const place = { disk: this.disk, paths: this.#paths };
    const isReadable = (await readArchiveIndex(place)) !== undefined;
    if (isReadable && !(await findArchive(place)).isStale) return undefined;
    const why = isReadable ? 'It knows less, or other segments, than there are' : 'It does not match its own checksum';
    const message = `${why}. It is made again from the segments.`;
    return { severity: 'note', found: 'damaged-index', file, message };
  }

  #note(
    file: DirectoryFile,
    isWhole: boolean,
    findings: (VerifyFinding | false | undefined)[],
    counted: Pick<VerifiedFile, 'entries' | 'firstSeq' | 'lastSeq'> = {},
  ): void {
    const { log, bytes, kind: what } = file;
    this.#steps.push({
      type: 'file',
      file: { file: file.file, log, what, bytes, isWhole, ...counted },
      findings: findings.filter((finding) => finding !== false && finding !== undefined),
    });
  }

  #add(file: DirectoryFile, finding: VerifyFinding): void {
    const step = this.#steps.find((known) => known.file.file === file.file);
    if (!step) return;
    step.findings.push(finding);
    if (finding.severity === 'damage') step.file.isWhole = false;
  }
}

function truncation({ file }: DirectoryFile, { lastSeq, lines, end }: ScanResult, seal: Seal): VerifyFinding {
  const lostSeq: [number, number] = [lastSeq + 1, seal.seq];
  return {
    severity: 'damage',
    found: 'truncation',
    file,
    line: lines + 1,
    offset: end,
    lostSeq,
    message: `The log ends before its seal: ${seqs(lostSeq)} are missing.`,
    hint: '`append-log repair --dry-run` tells whether it can be healed.',
  };
}

function aside({ kind, file }: DirectoryFile, isHeld: boolean): VerifyFinding | undefined {
  const note = { severity: 'note' as const, file };
  if (kind === 'kept')
    return { ...note, found: 'kept', message: 'Bytes that recovery took away and kept for inspection.' };
  if (kind === 'erasure') {
    const isIntent = file.endsWith('.erasing');
    const message = isIntent ? 'An erasure has begun; the next start finishes it.' : 'The receipt of an erasure.';
    return { ...note, found: isIntent ? 'leftover' : 'kept', message };
  }
  if (isHeld) return undefined;
  return { ...note, found: 'leftover', message: 'Left by a process that was ended; the next start sweeps it away.' };
}

function parsed(content: Buffer): { value: Record<string, unknown> } | { why: string } {
  if (content.length === 0) return { why: 'it is empty' };
  try {
    const value = JSON.parse(content.toString('utf8')) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { value: value as Record<string, unknown> };
    }
    return { why: 'it is not a JSON object' };
  } catch (error) {
    return { why: (error as Error).message };
  }
}
