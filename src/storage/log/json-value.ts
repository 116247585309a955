/**
 * From a caller's value to JSON text, refusing what JSON would drop or change in silence:
 * `JSON.stringify` alone turns NaN into null, leaves out undefined and empties a Map.
 */

/** Deeper values are refused: reading them back would need as deep a stack. */
export const MAX_DEPTH = 1000;

/**
 * @param name what the value is called in the error, for instance `value` or `data`
 * @throws TypeError with the path of the offending member, `value.players[2].score`
 */
export function encodeJson(value: unknown, name: string): string {
  if (!isPlain(value, 0)) check(value, name, 0, []);
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw refusal(name, 'nothing that JSON can carry');
  return text;
}

/** As `encodeJson`, and the value must be a plain object, since its members become the state. */
export function assertPlainObject(value: unknown, name: string): asserts value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
    throw new TypeError(`Expected \`${name}\` to be a plain object, got ${got}`);
  }
}

/**
 * Whether a value is nothing but what JSON carries as it is. Most are, and need no path to be named by. False for what
 * is to be looked at more closely, and for a cycle, which is deeper than any value may be.
 */
function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      return value === null || (depth < MAX_DEPTH && isPlainObject(value, depth + 1));
    default:
      return false;
  }
}

function isPlainObject(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) if (!isPlain(value[i], depth)) return false;
    return true;
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== Object.prototype && prototype !== null && !isOwnClass(prototype)) return false;
  if ((value as { toJSON?: unknown }).toJSON !== undefined) return false;
  for (const member of Object.keys(value)) {
    if (!isPlain((value as Record<string, unknown>)[member], depth)) return false;
  }
  return true;
}

/** Prototypes of classes that somebody wrote, as those of entities: their instances are looked at like plain objects. */
const ownClasses = new WeakMap<object, boolean>();

function isOwnClass(prototype: object): boolean {
  const known = ownClasses.get(prototype);
  if (known !== undefined) return known;
  const maker: unknown = prototype.constructor;
  const isOwn =
    Object.getPrototypeOf(prototype) === Object.prototype &&
    !(Symbol.toStringTag in prototype) &&
    typeof maker === 'function' &&
    !Function.prototype.toString.call(maker).includes('[native code]');
  ownClasses.set(prototype, isOwn);
  return isOwn;
}

function check(value: unknown, path: string, depth: number, above: object[]): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (Number.isFinite(value)) return;
      throw refusal(path, String(value));
    case 'object':
      if (value !== null) checkObject(value, path, depth, above);
      return;
    case 'bigint':
      throw refusal(path, 'a BigInt');
    default:
      throw refusal(path, value === undefined ? 'undefined' : `a ${typeof value}`);
  }
}

function checkObject(value: object, path: string, depth: number, above: object[]): void {
  if (above.includes(value)) throw refusal(path, 'a cycle');
  if (depth >= MAX_DEPTH) throw refusal(path, `nested deeper than ${MAX_DEPTH} levels`);
  const toJson = (value as { toJSON?: unknown }).toJSON;
  if (typeof toJson === 'function') {
    // A Date is its ISO text; an invalid one would become null.
    if (value instanceof Date && Number.isNaN(value.getTime())) throw refusal(path, 'an invalid Date');
    if (!(value instanceof Date)) check(toJson.call(value, ''), path, depth + 1, above);
    return;
  }
  above.push(value);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) check(value[i], `${path}[${i}]`, depth + 1, above);
  } else {
    assertHasMembers(value, path);
    for (const member of Object.keys(value)) {
      check((value as Record<string, unknown>)[member], memberPath(path, member), depth + 1, above);
    }
  }
  above.pop();
}

/** Built-in containers keep their content where JSON does not look. */
function assertHasMembers(value: object, path: string): void {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype || prototype === null) return;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag !== 'Object' || ArrayBuffer.isView(value)) throw refusal(path, `a ${tag}`);
}

function memberPath(path: string, member: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(member) ? `${path}.${member}` : `${path}[${JSON.stringify(member)}]`;
}

function refusal(path: string, what: string): TypeError {
  return new TypeError(`${path} is ${what}, which JSON cannot carry; nothing was written`);
}

/** Sets a member even where it is called `__proto__`, which plain assignment would not. */
export function setMember(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/** A copy that shares nothing with `value`, which came from JSON: faster than parsing it again. */
export function cloneJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  // All members at once, which keeps the shape of the object; then those that are still shared.
  const copy = { ...value } as Record<string, unknown>;
  for (const key in copy) {
    const member = copy[key];
    if (typeof member === 'object' && member !== null) setMember(copy, key, cloneJson(member));
  }
  return copy as T;
}
