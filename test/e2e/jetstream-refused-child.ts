/** Starts where it is not let in, for jetstream-tls.spec.ts, and ends when nothing is left to do. */
import { jetStreamEngine, jetStreamOptionsFrom } from '../../src/jetstream/index.js';
import { resolveLogOptions } from '../../src/storage/log/index.js';
import { argument, silent, tell } from '../support/parent.js';

const { address, caFile, connectTimeoutMs } = argument<{ address: string; caFile: string; connectTimeoutMs: number }>();
const options = { ...jetStreamOptionsFrom(address, { caFile }), connectTimeoutMs };
await jetStreamEngine(options)(resolveLogOptions({}), silent)
  .open()
  .catch((error: Error) => tell('refused', error.message));
