/** `append-log move`: the logs of a directory into a cluster of NATS JetStream, and back. */
import type { Command } from 'commander';
import { withClusterOptions } from '../cluster.js';
import { act, command } from '../command.js';
import { EXIT, UsageError } from '../exit.js';
import { type MoveWords, moveFromCluster, moveToCluster, printMoved } from '../moving.js';
import type { TerminalOptions } from '../terminal.js';

interface Words extends TerminalOptions, MoveWords {
  to?: string;
  from?: string;
}

export function moveCommand(): Command {
  const made = command('move [log]', 'move the logs of a directory into a cluster of NATS JetStream, or back', [
    'move data --to nats://127.0.0.1:4222',
    'move data --to nats://user:password@n1:4222,n2:4222,n3:4222 --replicas 3',
    'move data --from nats://127.0.0.1:4222',
  ])
    .option('--to <address>', 'the cluster that the logs go to')
    .option('--from <address>', 'the cluster that the logs come from; the directory is made where it is missing')
    .option('--resume', 'go on with a move that was interrupted: what is there by now is made equal');
  withClusterOptions(made).addHelpText(
    'after',
    '\nThe state is moved, its history stays where it is, and so does the source. Nobody may write to either meanwhile.',
  );
  return act(made, async (terminal, options: Words, directory, log) => {
    const { to, from } = options;
    if ((to === undefined) === (from === undefined)) {
      throw new UsageError('Expected either --to or --from.', 'As in append-log move data --to nats://127.0.0.1:4222.');
    }
    const dataDir = directory as string;
    const reports = await (to === undefined
      ? moveFromCluster(terminal, dataDir, log, from as string, options)
      : moveToCluster(terminal, dataDir, log, to, options));
    await printMoved(terminal, reports);
    return EXIT.done;
  });
}
