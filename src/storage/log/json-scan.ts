/**
 * Finds where JSON values begin and end in bytes, without decoding them. The bytes are known to be JSON:
 * their checksum has been verified, or they have been parsed before.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Index behind the closing quote of the JSON string that opens at `at`; -1 where it does not close. */
export function stringEnd(buffer: Uint8Array, at: number, end: number): number {
  for (let i = at + 1; i < end; i += 1) {
    const byte = buffer[i];
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i += 1;
  }
  return -1;
}

/** Index behind the JSON value that begins at `at`; -1 where it is not whole before `end`. */
export function jsonValueEnd(buffer: Uint8Array, at: number, end: number): number {
  let depth = 0;
  for (let i = at; i < end; i += 1) {
    const byte = buffer[i] as number;
    if (byte === QUOTE) {
      i = stringEnd(buffer, i, end) - 1;
      if (i < 0) return -1;
      if (depth === 0) return i + 1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth === 0) return i;
      depth -= 1;
      if (depth === 0) return i + 1;
    } else if (depth === 0 && byte === COMMA) {
      return i;
    }
  }
  return depth === 0 ? end : -1;
}

/** The bytes of one member's value, of an object in any spacing; the last of several with that name, as JSON.parse does. */
export function memberValue(object: Buffer, name: string): Buffer | undefined {
  let found: Buffer | undefined;
  for (const [spelled, value] of objectMembers(object)) {
    if (JSON.parse(spelled.toString('utf8')) === name) found = value;
  }
  return found;
}

/** Each member of an object in any spacing: its name and its value, as they are spelled. */
export function* objectMembers(object: Buffer): Generator<[name: Buffer, value: Buffer]> {
  for (let at = object.indexOf(QUOTE); at > 0; ) {
    const nameEnd = stringEnd(object, at, object.length);
    const valueAt = object.indexOf(COLON, nameEnd) + 1;
    const from = skipSpace(object, valueAt);
    const end = jsonValueEnd(object, from, object.length);
    if (nameEnd < 0 || valueAt <= 0 || end < 0) return;
    yield [object.subarray(at, nameEnd), object.subarray(from, end)];
    const comma = skipSpace(object, end);
    at = object[comma] === COMMA ? skipSpace(object, comma + 1) : -1;
  }
}

/** JSON without the space between its tokens, on one line. */
export function withoutSpace(json: Buffer): Buffer {
  const compact = Buffer.allocUnsafe(json.length);
  let length = 0;
  for (let at = 0; at < json.length; ) {
    at = skipSpace(json, at);
    const end = json[at] === QUOTE ? stringEnd(json, at, json.length) : at + 1;
    length += json.copy(compact, length, at, end);
    at = end;
  }
  return compact.subarray(0, length);
}

function skipSpace(buffer: Uint8Array, start: number): number {
  let at = start;
  while (buffer[at] === 0x20 || buffer[at] === 0x09 || buffer[at] === 0x0d || buffer[at] === 0x0a) at += 1;
  return at;
}

/**
 * @param key buffer that holds the member's key as a JSON string, from its opening quote at `keyAt`
 * @param offset where the member (key, colon, value) begins, in bytes from the origin given to the scanner
 */
export type OnMember = (key: Uint8Array, keyAt: number, offset: number, length: number) => void;

/**
 * Reports each member of one object at the top of a line, the `state` of a CHECKPOINT for instance, in constant memory:
 * the line may come in pieces, and be larger than any string.
 */
export class StateScanner {
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Bytes seen so far; offsets count from the first. */
  #seen = 0;
  /** Depth 1: whether a member's name is being read, and which it was. */
  #nameAt = -1;
  #atName = true;
  #inState = false;
  /** Depth 2 inside the state: where the running member began, and its key so far. */
  #memberAt = -1;
  #key = Buffer.allocUnsafe(256);
  #keyLength = 0;
  #keyOpen = false;

  constructor(
    private readonly origin: number,
    /** The name of the object whose members are wanted. */
    private readonly wanted: 'state' | 'data',
    private readonly onMember: OnMember,
  ) {}

  push(buffer: Uint8Array, start: number, end: number): void {
    const base = this.#seen - start;
    for (let i = start; i < end; i += 1) {
      if (this.#inString) {
        i = this.#keyOpen ? this.#keyBytes(buffer, i, end) : this.#skipString(buffer, i, end);
        continue;
      }
      const byte = buffer[i] as number;
      if (byte === QUOTE) this.#openString(base + i);
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#open(byte);
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#close(base + i);
      else if (byte === COMMA && this.#depth <= 2) this.#comma(base + i);
    }
    this.#seen = base + end;
  }

  /** Index of the string's closing quote, or `end` where it lies in a later piece. */
  #skipString(buffer: Uint8Array, start: number, end: number): number {
    let i = start;
    if (this.#escaped) {
      this.#escaped = false;
      i += 1;
    }
    for (; i < end; i += 1) {
      const byte = buffer[i];
      if (byte === QUOTE) {
        this.#inString = false;
        return i;
      }
      if (byte === BACKSLASH) i += 1;
    }
    // A backslash was the last byte of this piece: what it escapes begins the next.
    this.#escaped = i > end;
    return end;
  }

  #keyBytes(buffer: Uint8Array, start: number, end: number): number {
    for (let i = start; i < end; i += 1) {
      const byte = buffer[i] as number;
      this.#keepKeyByte(byte);
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        this.#keyOpen = false;
        this.#atName = false;
        return i;
      }
    }
    return end;
  }

  #name(): string {
    return JSON.parse(this.#key.toString('utf8', 0, this.#keyLength)) as string;
  }

  #openString(at: number): void {
    this.#inString = true;
    if (!this.#atName || this.#depth > 2 || (this.#depth === 2 && !this.#inState)) return;
    this.#keyOpen = true;
    this.#keyLength = 0;
    this.#keepKeyByte(QUOTE);
    if (this.#depth === 1) this.#nameAt = at;
    else this.#memberAt = at;
  }

  #open(byte: number): void {
    this.#depth += 1;
    if (this.#depth === 1) {
      this.#atName = true;
    } else if (this.#depth === 2 && byte === OPEN_BRACE && this.#nameAt >= 0) {
      this.#inState = this.#name() === this.wanted;
      this.#atName = this.#inState;
      this.#memberAt = -1;
    }
  }

  #close(at: number): void {
    if (this.#depth === 2 && this.#inState) {
      this.#report(at);
      this.#inState = false;
    }
    this.#depth -= 1;
  }

  #comma(at: number): void {
    if (this.#depth === 1) {
      this.#atName = true;
      this.#nameAt = -1;
    } else if (this.#depth === 2 && this.#inState) {
      this.#report(at);
      this.#atName = true;
    }
  }

  #report(end: number): void {
    if (this.#memberAt < 0) return;
    this.onMember(this.#key, 0, this.origin + this.#memberAt, end - this.#memberAt);
    this.#memberAt = -1;
  }

  #keepKeyByte(byte: number): void {
    if (this.#keyLength === this.#key.length) this.#key = Buffer.concat([this.#key, Buffer.alloc(this.#key.length)]);
    this.#key[this.#keyLength] = byte;
    this.#keyLength += 1;
  }
}
