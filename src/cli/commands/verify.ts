/** `append-log verify`: every file, every checksum and seq, with the place of each fault. */
import type { Command } from 'commander';
import { type VerifyFinding, type VerifyStep, verifyDirectory } from '../../storage/log/index.js';
import { act, command } from '../command.js';
import { chosenLogs } from '../directory.js';
import { EXIT, type ExitStatus } from '../exit.js';
import { placeText } from '../place.js';
import { bytesText, countText, plainText } from '../printable.js';
import type { Terminal, TerminalOptions } from '../terminal.js';

type VerifiedStep = Extract<VerifyStep, { type: 'file' }>;

export function verifyCommand(): Command {
  const made = command('verify [log]', 'every file, every checksum and seq; names the place of each fault', [
    'verify data',
    'verify data players --json | jq .findings',
  ]);
  return act(made, async (terminal, _options: TerminalOptions, directory, log) => {
    const dataDir = directory as string;
    await chosenLogs(dataDir, log);
    return verify(terminal, dataDir, log);
  });
}

export async function verify(terminal: Terminal, dataDir: string, log?: string): Promise<ExitStatus> {
  const files: VerifiedStep[] = [];
  const bar = terminal.progress('Verifying');
  try {
    for await (const step of verifyDirectory(dataDir, log === undefined ? {} : { log })) {
      if (step.type === 'progress') bar.update(step.doneBytes, step.totalBytes);
      else files.push(step);
    }
  } finally {
    bar.stop();
  }
  const findings = files.flatMap((step) => step.findings);
  const damage = findings.filter(({ severity }) => severity === 'damage').length;
  if (terminal.json) {
    await terminal.document({
      directory: dataDir,
      whole: damage === 0,
      files: files.map(({ file }) => file),
      findings,
    });
  } else {
    for (const step of files) await printFile(terminal, step);
    const bytes = bytesText(files.reduce((sum, { file }) => sum + file.bytes, 0));
    const verdict = damage === 0 ? terminal.colours.green('whole') : terminal.colours.red(countText(damage, 'fault'));
    await terminal.line(`${countText(files.length, 'file')}, ${bytes}: ${verdict}`);
  }
  return damage === 0 ? EXIT.done : EXIT.found;
}

async function printFile(terminal: Terminal, { file, findings }: VerifiedStep): Promise<void> {
  const { colours } = terminal;
  const mark = file.isWhole ? colours.green('ok') : colours.red('damaged');
  const range = file.lastSeq ? `, seq ${file.firstSeq}–${file.lastSeq}` : '';
  const entries = file.entries === undefined ? '' : `, ${countText(file.entries, 'entry', 'entries')}${range}`;
  await terminal.line(`${mark}  ${plainText(file.file)}  ${file.what}, ${bytesText(file.bytes)}${entries}`);
  for (const finding of findings) await printFinding(terminal, finding);
}

async function printFinding(terminal: Terminal, finding: VerifyFinding): Promise<void> {
  const { colours } = terminal;
  const word = finding.severity === 'damage' ? colours.red(finding.found) : colours.dim(`note: ${finding.found}`);
  if (finding.line !== undefined) await terminal.line(`  ${placeText(finding)}`);
  await terminal.line(`    ${word}: ${plainText(finding.message)}`);
  if (finding.hint) await terminal.line(`    ${colours.dim(plainText(finding.hint))}`);
}
