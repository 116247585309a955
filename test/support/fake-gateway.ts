/** An IPFS gateway on this machine: every hash is a picture, unless a test says what it is instead. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A pixel. */
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** `cut`: headers and no byte. `slow`: no answer at all. `elsewhere`: leads to another host. */
type Manner = 'picture' | 'missing' | 'page' | 'film' | 'slow' | 'cut' | 'empty' | { elsewhere: string };

export class FakeGateway {
  /** Path and Range header of every request. */
  readonly asked: { path: string; range: string | undefined }[] = [];
  /** How files are answered that have no manner of their own. */
  manner: Manner = 'picture';
  private readonly manners = new Map<string, Manner>();

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => this.answer(request, response));
  }

  static async open(): Promise<FakeGateway> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeGateway(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  set(cid: string, manner: Manner): void {
    this.manners.set(cid, manner);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.asked.push({ path, range: request.headers.range });
    const cid = /^\/ipfs\/(\w+)/.exec(path)?.[1] ?? '';
    const manner = this.manners.get(cid) ?? this.manner;
    if (typeof manner === 'object') response.writeHead(302, { Location: `${manner.elsewhere}${path}` }).end();
    else if (manner === 'missing' || cid === '') response.writeHead(404, { 'Content-Type': 'image/png' }).end(GIF);
    else if (manner === 'page') response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Not here</h1>');
    else if (manner === 'film') response.writeHead(206, { 'Content-Type': 'video/mp4' }).end(GIF);
    else if (manner === 'empty') response.writeHead(200, { 'Content-Type': 'image/gif' }).end();
    else if (manner === 'cut') {
      response.writeHead(200, { 'Content-Type': 'image/gif', 'Content-Length': 1_000 });
      response.flushHeaders();
    } else if (manner === 'picture') {
      const range = `bytes 0-${GIF.length - 1}/${GIF.length}`;
      response.writeHead(206, { 'Content-Type': 'image/gif', 'Content-Range': range }).end(GIF);
    }
  }
}
