/** The command `append-log` as a child process. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const COMMAND = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface Said {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** What a person's shell may have set has no say. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { NO_COLOR: _no, FORCE_COLOR: _force, DEBUG: _debug, ...env } = process.env;
  return { ...env, NODE_OPTIONS: '', TZ: 'UTC' };
}

export interface RunningCommand {
  /** All of standard output so far. */
  stdout(): string;
  kill(signal: NodeJS.Signals): void;
  closeOutput(): void;
  write(text: string): void;
  ended: Promise<Said>;
}

export function startCommand(words: string[], env: NodeJS.ProcessEnv = {}): RunningCommand {
  const child = spawn(process.execPath, [COMMAND, ...words], { env: { ...plainEnvironment(), ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    stdout += piece;
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece;
  });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<Said>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    stdout: () => stdout,
    kill: (signal) => child.kill(signal),
    closeOutput: () => child.stdout.destroy(),
    write: (text) => child.stdin.write(text),
    ended,
  };
}

/** Runs it to its end. */
export function appendLog(...words: string[]): Promise<Said> {
  const running = startCommand(words);
  return running.ended;
}

/** The JSON document that a command prints, and how it ended. */
export async function appendLogJson<T>(...words: string[]): Promise<{ code: number | null; document: T }> {
  const { code, stdout, stderr } = await appendLog(...words, '--json');
  try {
    return { code, document: JSON.parse(stdout) as T };
  } catch (error) {
    throw new Error(`${words.join(' ')} --json: ${error}\n${stdout}\n${stderr}`);
  }
}
