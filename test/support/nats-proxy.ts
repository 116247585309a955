/**
 * Stands between a client and a nats-server on loopback, and loses what it is told to lose: it reads the lines of the
 * protocol in both directions, so what it drops is one whole message, as a server would never have sent it, or never got.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A message as it passes. */
export interface Passing {
  subject: string;
  payload: string;
}

type Direction = 'answers' | 'requests';

export class NatsProxy {
  /** Messages of the server to the client that are lost. */
  dropsAnswer: (message: Passing) => boolean = () => false;
  /** Messages of the client to the server that are lost. */
  dropsRequest: (message: Passing) => boolean = () => false;
  /** How many were lost. */
  readonly dropped: Record<Direction, number> = { answers: 0, requests: 0 };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly target: number) {
    this.#server = createServer((client) => this.#join(client));
  }

  /** @param url of the server behind it */
  static async before(url: string): Promise<NatsProxy> {
    const proxy = new NatsProxy(Number(new URL(url).port));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    const server = connect(this.target, '127.0.0.1');
    const answers = new Frames((head, message) => this.#loses('answers', head, message));
    const requests = new Frames((head, message) => this.#loses('requests', head, message));
    for (const [from, to, frames] of [
      [server, client, answers],
      [client, server, requests],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay();
      from.on('data', (piece: Buffer) => {
        for (const whole of frames.pass(piece)) to.write(whole);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }

  #loses(direction: Direction, head: string, message: Passing): boolean {
    const isOfDirection = /^H?MSG /.test(head) ? 'answers' : 'requests';
    if (isOfDirection !== direction) return false;
    const loses = direction === 'answers' ? this.dropsAnswer(message) : this.dropsRequest(message);
    if (loses) this.dropped[direction] += 1;
    return loses;
  }
}

/** Whether this is the acknowledgement of a publish, `{"stream":…,"seq":…}`. */
export function isPubAck({ payload }: Passing): boolean {
  return /^\{"stream":"[^"]*",.*"seq":\s*\d+/.test(payload);
}

/** Cuts a stream of bytes into lines and messages. */
class Frames {
  #rest: Buffer = Buffer.alloc(0);

  constructor(private readonly isLost: (head: string, message: Passing) => boolean) {}

  pass(piece: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, piece]);
    const kept: Buffer[] = [];
    for (;;) {
      const end = this.#rest.indexOf('\r\n');
      if (end < 0) return kept;
      const head = this.#rest.toString('latin1', 0, end);
      const isMessage = /^H?(MSG|PUB) /i.test(head);
      const size = isMessage ? Number(head.slice(head.lastIndexOf(' ') + 1)) + 2 : 0;
      const length = end + 2 + size;
      if (this.#rest.length < length) return kept;
      const whole = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      const message = () => messageOf(head, whole.subarray(end + 2, length - 2));
      if (!isMessage || !this.isLost(head, message())) kept.push(whole);
    }
  }
}

/** `MSG <subject> <sid> [reply] <size>`, `PUB <subject> [reply] <size>`; with an H first, the size of the headers before. */
function messageOf(head: string, body: Buffer): Passing {
  const words = head.split(/ +/);
  const headerBytes = /^H/i.test(head) ? Number(words.at(-2)) : 0;
  return { subject: words[1] ?? '', payload: body.toString('utf8', headerBytes) };
}
