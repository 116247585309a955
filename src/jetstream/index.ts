/** The front door of the replicated engine, `nest-append-log/jetstream`; it needs `@nats-io/transport-node` and `@nats-io/jetstream`. */
export { type AddressExtras, jetStreamOptionsFrom, shownAddress } from './address.js';
export { jetStreamEngine } from './jetstream-engine.js';
export { jetStreamFollower } from './jetstream-follower.js';
export { jetStreamReplica } from './jetstream-replica.js';
export type { JetStreamOptions } from './options.js';
