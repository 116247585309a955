/** The gate before every append: class-validator's rules, and one error that lists all that failed. */
import { getMetadataStorage, type ValidationError, validateSync } from 'class-validator';

/**
 * A value that breaks the rules of its class. Nothing was written. The message lists every failing property
 * with its constraints; `errors` holds the same as class-validator gives it.
 * @publicApi
 */
export class ValueRefusedError extends TypeError {
  override readonly name = 'ValueRefusedError';
  readonly errors: readonly ValidationError[];

  constructor(className: string, errors: readonly ValidationError[], at = '') {
    super(`Refused a value of ${className}, nothing was written: ${errors.flatMap((e) => explain(e, at)).join('; ')}`);
    this.errors = errors;
  }
}

export interface ValidationScope {
  /** Path of the value inside the whole that is being stored, for messages. @default '' */
  at?: string;
  /** Judge this member alone. @default every member */
  only?: string | undefined;
}

/**
 * Checks an instance against the decorators of its class. Only synchronous constraints count, because a value is
 * checked inside the atomic step that appends it. Members without a rule are kept.
 * @throws ValueRefusedError
 * @internal
 */
export function assertValid(instance: object, scope: ValidationScope = {}): void {
  const failed = validateSync(instance, {
    // A class without any rule accepts everything; class-validator alone would refuse it as unknown.
    forbidUnknownValues: hasRules(instance.constructor),
    validationError: { target: false },
  });
  const errors = failed.filter(({ property }) => scope.only === undefined || property === scope.only);
  if (errors.length > 0) throw new ValueRefusedError(instance.constructor.name, errors, scope.at);
}

function hasRules(target: unknown): boolean {
  return (
    typeof target === 'function' &&
    getMetadataStorage().getTargetValidationMetadatas(target, '', false, false).length > 0
  );
}

function explain(error: ValidationError, parent: string): string[] {
  const path = join(parent, error.property);
  const own = Object.values(error.constraints ?? {}).map((constraint) => `${path}: ${constraint}`);
  return [...own, ...(error.children ?? []).flatMap((child) => explain(child, path))];
}

function join(parent: string, property: string | undefined): string {
  if (property === undefined) return parent || 'value';
  if (/^\d+$/.test(property)) return `${parent}[${property}]`;
  return parent === '' ? property : `${parent}.${property}`;
}
