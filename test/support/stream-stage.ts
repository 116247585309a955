/** A stream with a history of somebody who is to be erased, and a search through every byte of it that a server gives. */
import { DeliverPolicy, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { LogEngine } from '../../src/storage/log/index.js';
import { remove, replaceAll, set } from './log-words.js';

export const LOG = 'players';
export const KEY = 'alice-4711';
/** Stands in each value of the key, and nowhere else. */
export const SECRET = 'likes-marzipan';
/** Stands in the histories of others. */
export const MENTION = 'Alice Liddell';

/** Some hundred messages: sets, deletions, a whole state, notes that name the key; it has a value in the end. */
export async function writeLife(engine: LogEngine, rounds = 12, others = 20): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const met = round < rounds - 2 ? { round, met: MENTION } : { round };
    const written = Array.from({ length: others }, (_, i) =>
      engine.append(LOG, set(`k${i}`, i % 5 === 0 ? met : round)),
    );
    written.push(engine.append(LOG, set(KEY, { round, note: SECRET }), { actor: KEY }));
    written.push(engine.append(LOG, set('carol', round), { reason: `lost against ${KEY}, again` }));
    await Promise.all(written);
    if (round % 4 === 1) await engine.append(LOG, remove(KEY));
    if (round !== Math.floor(rounds / 2)) continue;
    const members = Array.from({ length: others * 2 }, (_, i) => [`k${i}`, { round, i }]);
    await engine.append(LOG, replaceAll({ ...Object.fromEntries(members), [KEY]: { note: SECRET }, carol: 0 }));
  }
}

/** Asks for each message by its seq, and for all by a consumer; of the log and of what is noted beside it. */
export async function messagesWith(servers: string, prefix: string, ...texts: string[]): Promise<string[]> {
  const connection = await connect({ servers });
  const sought = texts.flatMap((text) => [text, Buffer.from(text).toString('base64url').slice(0, -2)]);
  const found: string[] = [];
  const look = (where: string, subject: string, payload: Uint8Array) => {
    const text = `${subject} ${Buffer.from(payload).toString()}`;
    if (sought.some((each) => text.includes(each))) found.push(`${where}: ${text.slice(0, 200)}`);
  };
  try {
    const manager = await jetstreamManager(connection);
    for await (const stream of manager.streams.names()) {
      if (!stream.startsWith(`${prefix}_`)) continue;
      const { state } = await manager.streams.info(stream);
      for (let seq = 1; seq <= state.last_seq; seq += 1) {
        const message = await manager.streams.getMessage(stream, { seq }).catch(() => null);
        if (message) look(`message ${seq} of ${stream}`, message.subject, message.data);
      }
      const options = { deliver_policy: DeliverPolicy.All };
      const consumer = await jetstream(connection).consumers.get(stream, options);
      const pending = (await consumer.info()).num_pending;
      if (pending === 0) continue;
      for await (const message of await consumer.fetch({ max_messages: pending, expires: 5000 })) {
        look(`delivery ${message.seq} of ${stream}`, message.subject, message.data);
      }
    }
  } finally {
    await connection.close();
  }
  return found;
}

/** What a killed process leaves for ten seconds: nobody is to wait for it. */
export async function forgetDeadConsumers(servers: string, prefix: string): Promise<void> {
  const connection = await connect({ servers });
  try {
    const manager: JetStreamManager = await jetstreamManager(connection);
    for await (const { name, push_bound } of manager.consumers.list(`${prefix}_${LOG}`)) {
      if (!push_bound) await manager.consumers.delete(`${prefix}_${LOG}`, name).catch(() => undefined);
    }
  } finally {
    await connection.close();
  }
}
