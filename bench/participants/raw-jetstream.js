// @ts-check
// The raw limit of the replicated engine: its messages, published and read by the client library alone. Nothing is
// checked, sent again or judged.
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

export { missing, version } from './jetstream.js';

const STREAM = 'raw_players';
const WRONG_LAST_SEQ = 10071;

/**
 * With `follow` it is ready when it has read all that the stream held. Whoever only writes does without: a consumer costs.
 * @param {{ servers: string[], follow?: boolean }} options
 * @returns {Promise<import('./store.js').SharedStore>}
 */
export async function open({ servers, follow = false }) {
  const connection = await connect({ servers });
  const client = jetstream(connection);
  const manager = await jetstreamManager(connection);
  const subjects = ['raw.players.>'];
  await manager.streams.add({ name: STREAM, subjects, num_replicas: servers.length, allow_direct: true });
  /** @type {Set<(key: string) => void>} */
  const listeners = new Set();
  const values = follow ? await readAll(client, manager, listeners) : new Map();
  return {
    set: (key, value) => client.publish(subjectOf(key), messageOf(key, value)),
    get: async (key) => (await manager.direct.getMessage(STREAM, { last_by_subj: subjectOf(key) }))?.json().value,
    count: counter(client, manager),
    onSet: (listener) => listeners.add(listener),
    keys: () => values.size,
    close: () => connection.close(),
  };
}

/** @param {string} key */
function subjectOf(key) {
  return `raw.players.k.u${Buffer.from(key).toString('base64url')}`;
}

/** As the engine writes it. @param {string} key @param {unknown} value */
function messageOf(key, value) {
  return `{"op":"SET","key":${JSON.stringify(key)},"value":${JSON.stringify(value)}}`;
}

/**
 * Every message into a Map: the least that a view takes.
 * @param {import('@nats-io/jetstream').JetStreamClient} client
 * @param {import('@nats-io/jetstream').JetStreamManager} manager
 * @param {Set<(key: string) => void>} listeners
 * @returns {Promise<Map<string, unknown>>}
 */
async function readAll(client, manager, listeners) {
  const values = new Map();
  const { state } = await manager.streams.info(STREAM);
  const consumer = await client.consumers.get(STREAM);
  return new Promise((resolve, reject) => {
    const take = (/** @type {import('@nats-io/jetstream').JsMsg} */ message) => {
      const { key, value } = /** @type {{ key: string, value: unknown }} */ (message.json());
      values.set(key, value);
      for (const listener of listeners) listener(key);
      if (message.seq === state.last_seq) resolve(values);
    };
    consumer.consume({ callback: take, max_messages: 5000 }).catch(reject);
    if (state.last_seq === 0) resolve(values);
  });
}

/**
 * Compare-and-set by the server alone, one after the other. Whoever is refused reads the newest and tries again.
 * @param {import('@nats-io/jetstream').JetStreamClient} client
 * @param {import('@nats-io/jetstream').JetStreamManager} manager
 */
function counter(client, manager) {
  const newest = { seq: 0, counted: 0 };
  let line = Promise.resolve();
  const attempt = async (/** @type {string} */ key) => {
    const subject = subjectOf(key);
    for (;;) {
      try {
        const expect = { lastSubjectSequence: newest.seq };
        const { seq } = await client.publish(subject, messageOf(key, newest.counted + 1), { expect });
        newest.seq = seq;
        newest.counted += 1;
        return;
      } catch (error) {
        if (/** @type {{ code?: number }} */ (error).code !== WRONG_LAST_SEQ) throw error;
        const message = await manager.streams.getMessage(STREAM, { last_by_subj: subject });
        newest.seq = message?.seq ?? 0;
        newest.counted = message?.json().value ?? 0;
      }
    }
  };
  return (/** @type {string} */ key) => {
    line = line.then(() => attempt(key));
    return line;
  };
}
