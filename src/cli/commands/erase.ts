/** `append-log erase`: deletes a key and takes every trace of it out of every file that is kept. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { EntryMeta, ErasureReceipt } from '../../storage/log/index.js';
import { act, command } from '../command.js';
import { writing } from '../directory.js';
import { EXIT } from '../exit.js';
import { keyPlace } from '../key-place.js';
import { countText, keyText, plainText } from '../printable.js';
import type { Terminal, TerminalOptions } from '../terminal.js';
import { loginName } from './restore.js';

interface EraseWords extends TerminalOptions {
  mentions?: string[];
  reason?: string;
  actor?: string;
  yes?: boolean;
}

export function eraseCommand(): Command {
  const made = command(
    'erase <log> [key]',
    'delete a key and take every trace of it out of log, backups and archives',
    [
      'erase data players user123',
      'erase data user123',
      "erase data games game42 --mentions user123 'Ada L.' --yes --reason 'request of 27 November'",
    ],
  )
    .option('--mentions <text...>', 'also entries whose key or value holds one of these texts as a word of its own')
    .option('--reason <text>', 'why, for the receipt')
    .option('--actor <name>', 'who, for the receipt; your login name where left out')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `\n${LEFT_OUT}\nWhat is erased cannot be brought back. Copies that backup made are not touched.`,
    );
  return act(made, async (terminal, options: EraseWords, directory, first, second) => {
    const dataDir = directory as string;
    const { logs, key } = await keyPlace(dataDir, first as string, second, 'ever');
    if (logs.length === 0) {
      terminal.complain(`Nothing kept of any log tells of the key ${keyText(key)}.`);
      return EXIT.found;
    }
    if (!options.yes && process.stdin.isTTY && !(await isConfirmed(logs, key))) {
      terminal.say('Nothing was erased.');
      return EXIT.found;
    }
    const words = options.mentions ? { mentions: options.mentions } : {};
    const receipts = await writing(dataDir, terminal, async (engine) => {
      const receipts: ErasureReceipt[] = [];
      for (const log of logs) receipts.push(await engine.erase(log, key, words, metaOf(options)));
      return receipts;
    });
    if (terminal.json) await terminal.document(receipts.length === 1 ? receipts[0] : receipts);
    else for (const receipt of receipts) await printReceipt(terminal, receipt);
    return EXIT.done;
  });
}

const LEFT_OUT = 'The log may be left out: the key is then erased from every log that has, or had, it.';

async function isConfirmed(logs: readonly string[], key: string): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const question = `Erase ${keyText(key)} from every file of ${logs.join(', ')}? It cannot be brought back. Type yes: `;
    return /^y(es)?$/i.test((await asking.question(question)).trim());
  } finally {
    asking.close();
  }
}

function metaOf({ reason, actor }: EraseWords): EntryMeta {
  return { actor: actor ?? loginName(), ...(reason !== undefined && { reason }) };
}

async function printReceipt(terminal: Terminal, receipt: ErasureReceipt): Promise<void> {
  const { id, existed, files, removedFiles } = receipt;
  await terminal.line(`Erased from ${receipt.log}; receipt ${id}, ${receipt.finishedAt}.`);
  if (!existed) await terminal.line('The key had no value any more.');
  for (const { file, lines } of files) await terminal.line(`  ${plainText(file)}: ${countText(lines, 'line')}`);
  for (const file of removedFiles) await terminal.line(`  ${plainText(file)}: removed`);
  if (files.length + removedFiles.length === 0) await terminal.line('  No file had a trace of it.');
}
