/** Finds the stream of a log, or makes it. */
import { DiscardPolicy, RetentionPolicy, StorageType, type StreamInfo } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { type EngineLogger, LogError } from '../storage/log/index.js';
import type { Control } from './control.js';
import { apiCode, type Link } from './link.js';
import type { LogNames } from './names.js';

const STREAM_NOT_FOUND = 10059;

/** What the parts of a log work with. */
export interface LogContext {
  link: Link;
  control: Control;
  names: LogNames;
  cacheBytes: number;
  maxPendingBytes: number;
  logger: EngineLogger;
}

/** A log is a stream without limits: what is to go is taken out by compaction. */
export async function makeStream({
  link,
  names,
  logger,
}: Pick<LogContext, 'link' | 'names' | 'logger'>): Promise<StreamInfo> {
  const { replicas, duplicateWindowMs } = link.options;
  const doing = `Opening the stream ${names.stream}`;
  try {
    const info = await link.ask(doing, () => link.manager.streams.info(names.stream));
    if (info.config.num_replicas !== replicas) {
      logger.warn(`${names.stream} is kept by ${info.config.num_replicas} servers, not by ${replicas}; it stays so.`);
    }
    return info;
  } catch (error) {
    if (apiCode(error) !== STREAM_NOT_FOUND) throw error instanceof LogError ? error : link.failure(doing, error);
  }
  try {
    return await link.ask(doing, () =>
      link.manager.streams.add({
        name: names.stream,
        subjects: [names.subjects],
        storage: StorageType.File,
        retention: RetentionPolicy.Limits,
        discard: DiscardPolicy.Old,
        num_replicas: replicas,
        duplicate_window: nanos(duplicateWindowMs),
        allow_direct: true,
      }),
    );
  } catch (error) {
    throw error instanceof LogError ? error : link.failure(doing, error);
  }
}
