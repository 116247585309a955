#!/usr/bin/env node
/** The executable `append-log`. */
import { EXIT } from './exit.js';
import { reportFailure } from './failure.js';
import { buildProgram } from './program.js';
import { Terminal } from './terminal.js';

/** Whoever reads (`| head`) has enough: no reason to complain. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

const program = buildProgram();
const words = process.argv.slice(2);
try {
  if (words.length === 0) program.outputHelp();
  else await program.parseAsync(words, { from: 'user' });
} catch (error) {
  process.exitCode = reportFailure(error, new Terminal());
}
