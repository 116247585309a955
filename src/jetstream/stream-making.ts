/** Finds the stream of a log, or makes it; one that has been there and is gone is not made again as if it had been empty. */
import { DiscardPolicy, RetentionPolicy, StorageType, type StreamInfo } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { type EngineLogger, LogError } from '../storage/log/index.js';
import type { Control } from './control.js';
import { apiCode, type Link, pause } from './link.js';
import type { LogNames } from './names.js';

export const STREAM_NOT_FOUND = 10059;
/** Servers that have just begun may not know yet what they keep. */
const LOOKS = 5;
const LOOK_MS = 300;

/** What the parts of a log work with. */
export interface LogContext {
  link: Link;
  control: Control;
  names: LogNames;
  cacheBytes: number;
  maxPendingBytes: number;
  logger: EngineLogger;
}

type Making = Pick<LogContext, 'link' | 'names' | 'logger'>;

/**
 * A log is a stream without limits: what is to go is taken out by compaction.
 * @throws LogError `LOG_CORRUPT` where the stream has been there before and is gone
 */
export async function openStream(context: LogContext): Promise<StreamInfo> {
  const { control, names, logger } = context;
  const { madeMs } = await control.read(names.log);
  for (let looks = 0; madeMs > 0 && (await findStream(context)) === undefined; looks += 1) {
    if (looks === LOOKS) throw goneStream(context, 'is gone');
    await pause(LOOK_MS);
  }
  const info = await makeStream(context);
  const isMadeMs = Date.parse(info.created as unknown as string);
  if (madeMs > 0 && isMadeMs > madeMs) {
    logger.warn(`${names.stream} is not the stream that ${names.log} was kept in: it was made at ${info.created}.`);
  }
  if (isMadeMs > madeMs) await control.raise(names.log, { madeMs: isMadeMs });
  return info;
}

/** Finds it, or makes it whatever has been there before. */
export async function makeStream(context: Making): Promise<StreamInfo> {
  const { link, names, logger } = context;
  const { replicas, duplicateWindowMs } = link.options;
  const info = await findStream(context);
  if (info) {
    if (info.config.num_replicas !== replicas) {
      logger.warn(`${names.stream} is kept by ${info.config.num_replicas} servers, not by ${replicas}; it stays so.`);
    }
    return info;
  }
  return link.ask(openingOf(names), () =>
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
}

/** @param what became of it, in words */
export function goneStream(
  { names, control, link }: Pick<LogContext, 'names' | 'control' | 'link'>,
  what: string,
): LogError {
  return new LogError(
    'LOG_CORRUPT',
    `The stream ${names.stream}, in which ${names.log} is kept, ${what} (${link.servers}).`,
    {
      file: names.stream,
      hint:
        'Restore it from a backup of the servers and start again. To begin with an empty log instead, delete the message ' +
        `${control.placeOf(names.log)}.`,
    },
  );
}

async function findStream({ link, names }: Pick<Making, 'link' | 'names'>): Promise<StreamInfo | undefined> {
  try {
    return await link.ask(openingOf(names), () => link.manager.streams.info(names.stream));
  } catch (error) {
    if (apiCode(error) === STREAM_NOT_FOUND) return undefined;
    throw error;
  }
}

function openingOf({ stream }: LogNames): string {
  return `Opening the stream ${stream}`;
}
