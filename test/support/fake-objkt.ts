/**
 * objkt.com on this machine: a GraphQL endpoint over one table, `token_holder`, which reads the query and its variables
 * as Hasura does, as far as the catalogue asks: a field, table or condition that is not in the schema is an error.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ObjktToken } from '../../src/objkt/tokens-of-wallet.js';
import { parseQuery, type Selection } from './fake-graphql.js';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type Row = { readonly [name: string]: Json };
type Answer = (response: ServerResponse, text: string) => void;

/** Which fields there are, and the type of those that have fields of their own. */
const SCHEMA: Record<string, Record<string, string | null>> = {
  query_root: { token_holder: 'token_holder' },
  token_holder: { holder_address: null, quantity: null, token_pk: null, token: 'token' },
  token: {
    ...{ pk: null, token_id: null, fa_contract: null, name: null, description: null, mime: null },
    ...{ display_uri: null, thumbnail_uri: null, artifact_uri: null, supply: null, creators: 'token_creator' },
  },
  token_creator: { creator_address: null, holder: 'holder' },
  holder: { address: null, alias: null, tzdomain: null, logo: null, description: null },
};

export interface AskedPage {
  where: Record<string, Record<string, Json>>;
  order: Record<string, string>[];
  limit: number;
  at: number;
}

export class FakeObjkt {
  /** Every question that was understood. */
  readonly asked: AskedPage[] = [];
  /** Every request, whatever became of it. */
  requests = 0;
  /** The most rows in one answer, whatever is asked for. */
  maxRows = 500;
  private rows: Row[] = [];
  private readonly mishaps: Answer[] = [];
  private isDown = false;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async open(): Promise<FakeObjkt> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeObjkt(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v3/graphql`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** What the wallet holds from now on; the keys of its tokens have gaps, as they do in life. */
  hold(wallet: string, tokens: readonly (ObjktToken | null)[]): void {
    this.rows = this.rows.filter((row) => row.holder_address !== wallet);
    tokens.forEach((token, i) => {
      this.rows.push({ holder_address: wallet, quantity: 1, token_pk: 1_000 + 7 * i, token: token as unknown as Json });
    });
    // No table comes in the order that one would like.
    this.rows.reverse();
  }

  /** Rows that are there and count for nothing: sold to the last edition. */
  sell(wallet: string, token: ObjktToken): void {
    this.rows.push({ holder_address: wallet, quantity: 0, token_pk: 1, token: token as unknown as Json });
  }

  /** A token leaves the wallet. */
  giveAway(wallet: string, tokenId: string): void {
    const isIt = (row: Row) =>
      row.holder_address === wallet && (row.token as unknown as ObjktToken).token_id === tokenId;
    this.rows = this.rows.filter((row) => !isIt(row));
  }

  /** No connection is answered any more. */
  goDown(): void {
    this.isDown = true;
  }

  comeBack(): void {
    this.isDown = false;
  }

  /** The next request gets this status instead of an answer. */
  failOnce(status: number, headers: Record<string, string> = {}, body = '<html>busy</html>'): void {
    this.mishaps.push((response) => response.writeHead(status, headers).end(body));
  }

  /** The next answer ends in the middle, in good order or by a cut connection. */
  halfOnce(how: 'complete' | 'cut'): void {
    this.mishaps.push((response, text) => {
      const half = text.slice(0, text.length / 2);
      if (how === 'complete') response.writeHead(200, { 'Content-Type': 'application/json' }).end(half);
      else {
        response.writeHead(200, { 'Content-Length': text.length });
        response.write(half, () => response.destroy());
      }
    });
  }

  /** The next request never gets an answer. */
  hangOnce(): void {
    this.mishaps.push(() => {});
  }

  /** The next answer is an error, with status 200. */
  errOnce(message: string): void {
    this.mishaps.push((response) => response.writeHead(200).end(JSON.stringify({ errors: [{ message }] })));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    if (this.isDown) {
      request.socket.destroy();
      return;
    }
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    if (request.method !== 'POST' || request.headers['content-type'] !== 'application/json') {
      response.writeHead(405).end();
      return;
    }
    const text = JSON.stringify(this.result(Buffer.concat(pieces).toString()));
    const mishap = this.mishaps.shift();
    if (mishap) mishap(response, text);
    else response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' }).end(text);
  }

  private result(body: string): unknown {
    try {
      const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, Json> };
      const selections = parseQuery(query, variables);
      return { data: Object.fromEntries(selections.map((one) => [one.name, this.table(one)])) };
    } catch (error) {
      return { errors: [{ message: (error as Error).message, extensions: { code: 'validation-failed' } }] };
    }
  }

  private table(selection: Selection): unknown[] {
    if (selection.name !== 'token_holder') throw new Error(`field '${selection.name}' not found in type: 'query_root'`);
    const {
      where,
      order_by: order,
      limit,
    } = selection.values as unknown as Omit<AskedPage, 'order'> & {
      order_by: AskedPage['order'];
    };
    this.asked.push({ where, order, limit, at: performance.now() });
    const rows = this.rows.filter((row) => matches(row, where)).sort((one, other) => compare(one, other, order));
    return rows.slice(0, Math.min(limit, this.maxRows)).map((row) => projected(row, selection.fields, 'token_holder'));
  }
}

function matches(row: Row, where: AskedPage['where']): boolean {
  return Object.entries(where).every(([column, conditions]) => {
    const type = SCHEMA.token_holder as Record<string, string | null>;
    if (type[column] !== null) throw new Error(`field '${column}' not found in type: 'token_holder_bool_exp'`);
    return Object.entries(conditions).every(([operator, value]) => {
      if (operator === '_eq') return row[column] === value;
      if (operator === '_gt') return Number(row[column]) > Number(value);
      throw new Error(`field '${operator}' not found in type: 'comparison_exp'`);
    });
  });
}

function compare(one: Row, other: Row, order: AskedPage['order']): number {
  for (const [column, direction] of order.flatMap((term) => Object.entries(term))) {
    const difference = Number(one[column]) - Number(other[column]);
    if (difference !== 0) return direction === 'desc' ? -difference : difference;
  }
  return 0;
}

/** Only what was asked for. */
function projected(value: Json | undefined, fields: readonly Selection[], type: string): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((member) => projected(member, fields, type));
  return Object.fromEntries(
    fields.map((field) => {
      const known = SCHEMA[type] ?? {};
      if (!(field.name in known)) throw new Error(`field '${field.name}' not found in type: '${type}'`);
      const inner = known[field.name];
      const member = (value as Row)[field.name];
      return [field.name, inner ? projected(member, field.fields, inner) : (member ?? null)];
    }),
  );
}
