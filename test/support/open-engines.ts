/** The replicated engines of a test: each is closed after it, also where the test fails. */
import { type JetStreamOptions, jetStreamEngine } from '../../src/jetstream/index.js';
import { type LogEngine, type LogOptions, resolveLogOptions } from '../../src/storage/log/index.js';
import { RecordedMessages } from './log-words.js';
import { inTime } from './patience.js';

const engines: LogEngine[] = [];

export async function openEngine(options: JetStreamOptions, logOptions: LogOptions = {}): Promise<LogEngine> {
  const engine = jetStreamEngine(options)(resolveLogOptions(logOptions), new RecordedMessages());
  await engine.open();
  engines.push(engine);
  return engine;
}

/** For `afterEach`. */
export async function closeEngines(): Promise<void> {
  await inTime('closing', 25_000, Promise.all(engines.splice(0).map((engine) => engine.close())));
}
