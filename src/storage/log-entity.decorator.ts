import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { isPlainObject, mistake } from './arguments.js';
import { assertLogName } from './log/index.js';

/** @publicApi */
export interface LogEntityOptions {
  /** Name of the log that holds the entities: `[a-z0-9][a-z0-9_-]{0,63}`, one class to a log. */
  log: string;
}

/** Logs with a repository of their own; no entity may write into them. @publicApi */
export const KNOWN_LOGS = Object.freeze(['players', 'tokens', 'game_state'] as const);

const ENTITY_LOG = Symbol('nest-append-log:entity-log');

/**
 * Names the log that holds the instances of a class, see `StorageModule.forFeature`.
 * Rules for the values are class-validator decorators on the members.
 * @throws TypeError for a name that no log can have, or that belongs to a built-in repository.
 * @publicApi
 */
export function LogEntity(options: LogEntityOptions): ClassDecorator {
  if (!isPlainObject(options)) throw mistake('options', 'an object { log }', options);
  const { log } = options;
  assertLogName(log);
  const keeper = KNOWN_LOGS.find((known) => known === log);
  if (keeper) {
    throw new TypeError(`The log '${keeper}' belongs to a built-in repository; choose another name for the entity`);
  }
  return (target) => Reflect.defineMetadata(ENTITY_LOG, log, target);
}

/**
 * The log of an entity class. A subclass needs a decorator of its own, because two classes cannot share a log.
 * @throws TypeError for anything that is not a class with `@LogEntity`.
 * @internal
 */
export function entityLog(entity: Type<object>): string {
  if (typeof entity !== 'function') {
    throw mistake('entity', 'a class with @LogEntity (is there a circular import?)', entity);
  }
  const log: unknown = Reflect.getOwnMetadata(ENTITY_LOG, entity);
  if (typeof log !== 'string') {
    throw new TypeError(`The class ${entity.name} has no @LogEntity({ log: '…' }), so it has no log to live in`);
  }
  return log;
}
