/** Values as JSON text that never gets longer than a bound, however large they are. Pure. */

/** @internal */
export interface Preview {
  text: string;
  /** Whether there is more than the text shows. */
  cut: boolean;
}

/** @param maxChars the text may be longer by the mark `…` */
export function previewOf(value: unknown, maxChars: number): Preview {
  const writer = new BoundedWriter(maxChars);
  writer.value(value);
  return writer.isFull ? { text: `${cutText(writer.text, maxChars)}…`, cut: true } : { text: writer.text, cut: false };
}

/** A text of at most so many UTF-16 units that does not end in half a character. */
export function cutText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const last = text.charCodeAt(maxChars - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? maxChars - 1 : maxChars);
}

/** Writes as `JSON.stringify` does and stops at the bound: a state of a million keys costs no more than its beginning. */
class BoundedWriter {
  text = '';

  constructor(private readonly maxChars: number) {}

  get isFull(): boolean {
    return this.text.length > this.maxChars;
  }

  value(value: unknown): void {
    if (this.isFull) return;
    if (typeof value === 'string') this.text += JSON.stringify(cutText(value, this.maxChars + 1));
    else if (Array.isArray(value)) this.#list(value);
    else if (typeof value === 'object' && value !== null) this.#members(value as Record<string, unknown>);
    else this.text += JSON.stringify(value) ?? 'null';
  }

  #list(items: unknown[]): void {
    this.text += '[';
    for (let i = 0; i < items.length && !this.isFull; i += 1) {
      if (i > 0) this.text += ',';
      this.value(items[i]);
    }
    this.text += ']';
  }

  #members(members: Record<string, unknown>): void {
    this.text += '{';
    let first = true;
    for (const key in members) {
      if (this.isFull) break;
      if (!Object.hasOwn(members, key)) continue;
      this.text += `${first ? '' : ','}${JSON.stringify(cutText(key, this.maxChars + 1))}:`;
      first = false;
      this.value(members[key]);
    }
    this.text += '}';
  }
}
