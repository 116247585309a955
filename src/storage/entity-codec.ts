/** Stored JSON to instances of an entity class and back, by class-transformer, through class-validator. */
import { type ClassConstructor, instanceToPlain, plainToInstance } from 'class-transformer';
import { describe, mistake } from './arguments.js';
import { escapeNames, unescapeNames } from './member-names.js';
import { assertValid } from './validation.js';
import type { ValueCodec } from './value-codec.js';

/**
 * Reads give instances of the class, with nested `@Type` members as instances too. Writes accept an instance or an
 * object of the same shape; members that are `undefined` (declared, never set) are left out.
 * @internal
 */
export function entityCodec<T extends object>(entity: ClassConstructor<T>): ValueCodec<T> {
  return {
    read(stored) {
      const names = escapeNames(stored);
      const instance = plainToInstance(entity, names);
      if (names !== stored) unescapeNames(instance);
      return instance as T;
    },
    check(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw mistake('value', `an object of ${entity.name}`, value);
      }
      const names = safely(() => escapeNames(value), value);
      const plain = safely(() => instanceToPlain(names, { exposeUnsetFields: false }), value);
      assertValid(plainToInstance(entity, plain));
      if (names !== value) unescapeNames(plain);
      return plain;
    },
  };
}

/** A cycle ends in an overflow of the stack, which would tell the caller nothing. */
function safely<R>(walk: () => R, value: object): R {
  try {
    return walk();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TypeError(`Refused a value that refers to itself or is nested too deeply: ${describe(value)}`, {
      cause: error,
    });
  }
}
