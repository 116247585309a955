/** Names of streams and subjects. Any text is a legal key, also one with dots, wildcards, spaces or half a character. */
import { createHash } from 'node:crypto';

/** Longer keys are named by their SHA-256; a subject must fit into a line of the protocol. */
const LONGEST_TOKEN = 200;
const LOG_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** Where the entries of one log lie. */
export class LogNames {
  readonly stream: string;
  /** Of every entry. */
  readonly subjects: string;
  /** Of whole states. */
  readonly state: string;
  readonly #keys: string;

  constructor(
    readonly prefix: string,
    readonly log: string,
  ) {
    this.stream = `${prefix}_${log}`;
    this.subjects = `${prefix}.${log}.>`;
    this.state = `${prefix}.${log}.state`;
    this.#keys = `${prefix}.${log}.k.`;
  }

  /** Of the entries about one key. Keys that differ have subjects that differ. */
  key(key: string): string {
    return this.#keys + keyToken(key);
  }
}

/** `u`: its UTF-8; `w`: its UTF-16, where it is no whole text; `h`: its hash, where either is too long. */
export function keyToken(key: string): string {
  const utf8 = Buffer.from(key);
  // Half a character has no UTF-8: it would become the same replacement as any other.
  const [kind, bytes] = utf8.toString() === key ? ['u', utf8] : ['w', Buffer.from(key, 'utf16le')];
  if (bytes.length > LONGEST_TOKEN) return `h${createHash('sha256').update(kind).update(bytes).digest('base64url')}`;
  return kind + bytes.toString('base64url');
}

/** The log that a stream holds, or undefined where it is none of ours. */
export function logOfStream(prefix: string, stream: string): string | undefined {
  if (!stream.startsWith(`${prefix}_`)) return undefined;
  const log = stream.slice(prefix.length + 1);
  return LOG_NAME.test(log) ? log : undefined;
}

/** Names beside the logs: no log has a name that begins with an underscore. */
export interface ControlNames {
  stream: string;
  /** Of everything in it. */
  subjects: string;
  /** Of what is known of a log. */
  of(log: string): string;
  /** Of one erasure from a log; of all with `*`. */
  erasing(log: string, id: string): string;
}

export function controlNames(prefix: string): ControlNames {
  return {
    stream: `${prefix}__control`,
    subjects: `${prefix}._control.>`,
    of: (log) => `${prefix}._control.${log}`,
    erasing: (log, id) => `${prefix}._control.${log}.erasing.${id}`,
  };
}
