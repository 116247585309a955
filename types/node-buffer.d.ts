// Methods that every Buffer of Node has and that its types leave out. They decode and encode without the argument
// checks of toString() and write(), which on short pieces cost more than the work itself.

interface Buffer {
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
  /** Answers with the count of bytes written. */
  utf8Write(text: string, offset?: number, length?: number): number;
}
