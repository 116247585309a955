import { GraphqlError } from './graphql-client.js';

/** A token as objkt.com has it; whatever it does not know is null. */
export interface ObjktToken {
  token_id: string;
  fa_contract: string;
  name?: string | null;
  description?: string | null;
  mime?: string | null;
  display_uri?: string | null;
  thumbnail_uri?: string | null;
  artifact_uri?: string | null;
  creators?: readonly ObjktCreator[] | null;
}

export interface ObjktCreator {
  creator_address?: string | null;
  holder?: {
    address?: string | null;
    alias?: string | null;
    tzdomain?: string | null;
    logo?: string | null;
    description?: string | null;
  } | null;
}

export interface WalletQuestion {
  client: {
    query(query: string, variables: object, signal: AbortSignal): Promise<Record<string, unknown>>;
  };
  wallet: string;
  signal: AbortSignal;
  /** Tokens asked for in one request, the most that objkt.com gives. @default 500 */
  pageSize?: number;
  /** Told how many tokens have come so far. */
  progress?(done: number): void;
}

const PAGE_SIZE = 500;
/** Far more than any wallet has that one would play with; bounds what a server can make us keep. */
const TOKENS_MAX = 200_000;

/**
 * One page of what a wallet holds. The creators come with their names, so that these need no question of their own.
 * The conditions are a variable as a whole, which leaves the types of their values to the schema.
 */
export const HELD_TOKENS_QUERY = `
query HeldTokens($where: token_holder_bool_exp!, $order: [token_holder_order_by!], $limit: Int!) {
  token_holder(where: $where, order_by: $order, limit: $limit) {
    token_pk
    token {
      token_id
      fa_contract
      name
      description
      mime
      display_uri
      thumbnail_uri
      artifact_uri
      creators {
        creator_address
        holder {
          address
          alias
          tzdomain
          logo
          description
        }
      }
    }
  }
}`;

interface Row {
  token_pk: number | string;
  token?: ObjktToken | null;
}

/**
 * All tokens that a wallet holds, by the key of the token. Each page begins behind the last key of the one before, so
 * that no token is skipped or comes twice when the wallet changes meanwhile.
 * @throws GraphqlError when any page is missing or makes no sense
 */
export async function tokensOfWallet(question: WalletQuestion): Promise<ObjktToken[]> {
  const tokens: ObjktToken[] = [];
  let after: number | string = -1;
  let full = 0;
  for (let page = 1; ; page++) {
    const rows = await pageAfter(after, page, question);
    for (const { token } of rows) if (token) tokens.push(token);
    question.progress?.(tokens.length);
    const last = rows.at(-1);
    // A server may give fewer rows than asked for, so a first page is no measure of itself: the last page is one that
    // is empty, or shorter than the first.
    if (!last || (page > 1 && rows.length < full)) return tokens;
    if (tokens.length > TOKENS_MAX) throw refused(page, `the wallet holds more than ${TOKENS_MAX} tokens`);
    if (page === 1) full = rows.length;
    after = last.token_pk;
  }
}

async function pageAfter(after: number | string, page: number, question: WalletQuestion): Promise<Row[]> {
  const { client, wallet, signal, pageSize = PAGE_SIZE } = question;
  const variables = {
    where: { holder_address: { _eq: wallet }, quantity: { _gt: 0 }, token_pk: { _gt: after } },
    order: [{ token_pk: 'asc' }],
    limit: pageSize,
  };
  const { token_holder: rows } = await client.query(HELD_TOKENS_QUERY, variables, signal);
  if (!Array.isArray(rows)) throw refused(page, 'token_holder is no list');
  let before = BigInt(after);
  for (const row of rows as Row[]) {
    const key = keyOf(row);
    if (key === undefined || key <= before) throw refused(page, 'its rows are not in the order of token_pk');
    before = key;
  }
  return rows as Row[];
}

/** Large numbers may come as text, so that no program rounds them. */
function keyOf(row: Row | null): bigint | undefined {
  const key = row?.token_pk;
  return Number.isSafeInteger(key) || (typeof key === 'string' && /^\d+$/.test(key)) ? BigInt(key ?? '') : undefined;
}

function refused(page: number, why: string): GraphqlError {
  return new GraphqlError(`Page ${page} of the wallet makes no sense: ${why}.`, undefined);
}
