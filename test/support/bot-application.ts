/** The bot application as a visitor starts it: `dist/main.js`, a process of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const PROGRAM = join('dist', 'main.js');
const ADDRESS = /^Play at (http:\/\/\S+)$/m;
const START_MS = 20_000;

export interface BotApplication {
  /** Where to play, as the application says it. */
  url: string;
  port: number;
  /** What it has printed. */
  output(): string;
  /** Stops it and returns once it is gone: SIGTERM in good order, SIGKILL like a power cut. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Freezes it and lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

/** Starts the application and waits until it can be played; fails with what it printed if it ends before. */
export async function startBotApplication(
  dataDir: string,
  port = 0,
  variables: Readonly<Record<string, string>> = {},
): Promise<BotApplication> {
  const { DEBUG: _, HOST: __, DISCORD_TOKEN: ___, ...env } = process.env;
  const child = spawn(process.execPath, [PROGRAM], {
    env: { ...env, NODE_OPTIONS: '', NO_COLOR: '1', PORT: String(port), DATA_DIR: dataDir, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (isOver(child)) return;
    const gone = once(child, 'close');
    child.kill(signal);
    await gone;
  };
  const signal = (signal: 'SIGSTOP' | 'SIGCONT') => void child.kill(signal);
  let output = '';
  child.stdout.on('data', (piece) => {
    output += piece;
  });
  child.stderr.on('data', (piece) => {
    output += piece;
  });
  const deadline = performance.now() + START_MS;
  for (;;) {
    const url = ADDRESS.exec(output)?.[1];
    if (url) return { url, port: Number(new URL(url).port), output: () => output, stop, signal };
    if (isOver(child) || performance.now() > deadline) {
      await stop('SIGKILL');
      throw new Error(`The application did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
