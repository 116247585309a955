/**
 * Real child processes, and what they say. A child writes one JSON text a line to a pipe of its own (see parent.ts);
 * what it wrote before it was killed arrives all the same. None outlives the test, or the process that started it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export type Message = [kind: string, ...rest: unknown[]];

const running = new Set<Child>();

export interface ChildOptions {
  execArgv?: string[];
  env?: NodeJS.ProcessEnv;
  /** Called with each message, in the order in which they were written. */
  onMessage?: (message: Message) => void;
}

export class Child {
  readonly messages: Message[] = [];
  /** Resolves when the process is gone and everything that it said has arrived. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<string, (message: Message) => void>();
  #stderr = '';

  /** @param argument handed to the script, as JSON */
  constructor(script: URL, argument: unknown, { execArgv = [], env, onMessage }: ChildOptions = {}) {
    this.#process = spawn(process.execPath, [...execArgv, script.pathname, JSON.stringify(argument)], {
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', ...env },
    });
    running.add(this);
    this.#process.stderr?.on('data', (piece) => {
      this.#stderr += piece;
    });
    createInterface({ input: this.#process.stdio[3] as Readable }).on('line', (line) => {
      const message = parseMessage(line);
      if (!message) return;
      if (message[0] === 'failed') this.#stderr += message[1];
      if (onMessage) onMessage(message);
      else this.messages.push(message);
      this.#waiting.get(message[0])?.(message);
    });
    this.ended = new Promise((resolve) => {
      this.#process.on('close', (code, signal) => {
        running.delete(this);
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** What the child complained of: its standard error, and what it told as `failed`. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Waits for the next message of a kind. @throws Error where the child ends without it */
  async message(kind: string): Promise<Message> {
    const said = this.messages.find(([first]) => first === kind);
    if (said) return said;
    const heard = new Promise<Message>((resolve) => this.#waiting.set(kind, resolve));
    const ended = this.ended.then(({ code, signal }) => {
      throw new Error(`The child ended (${signal ?? code}) without saying ${kind}. ${this.#stderr}`);
    });
    ended.catch(() => undefined);
    return Promise.race([heard, ended]);
  }

  /** Writes a line to the child. */
  say(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  /** SIGKILL, now. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
  }
}

/** For `afterEach`. */
export async function killAllChildren(): Promise<void> {
  await Promise.all([...running].map((child) => child.kill()));
}

/** The last line may be cut short by the kill; it then says nothing. */
function parseMessage(line: string): Message | undefined {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}
