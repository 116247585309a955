import { describe, expect, it } from '@jest/globals';
import { clipped, countdown, counted, isWebAddress, plain } from '../../../src/discord/text.js';

/** As Discord reads it: a backslash takes the meaning from any character but letters, digits and white space. */
const asShown = (text: string) => text.replace(/\\([^0-9A-Za-z\s])/g, '$1');

describe('text of other people', () => {
  it.each([
    '@everyone',
    '<@123456789012345678>',
    '<t:0:R>',
    '**x** _y_ ~~z~~ ||w|| `v`',
    '[a](https://example.org)',
    'https://example.org',
    '# heading',
    '> quote',
    '- list',
    '1. list',
    'back\\slash',
    '名前 🎨',
  ])('shows as it is, and does nothing: %s', (text) => {
    const escaped = plain(text);
    expect(asShown(escaped)).toBe(text);
    expect(escaped.replace(/\\[^0-9A-Za-z\s]/g, '')).not.toMatch(/[!-/:-@[-`{-~]/);
  });

  it('stands on one line', () => {
    expect(plain('  a\n\n# b\t c ')).toBe('a \\# b c');
  });

  it('is cut with a sign, and never within a character', () => {
    expect(clipped('abcd', 4)).toBe('abcd');
    expect(clipped('abcde', 4)).toBe('abc…');
    expect(clipped('ab🎨cd', 4)).toBe('ab…');
  });
});

describe('words of the bot', () => {
  it('count', () => {
    expect(counted(1, 'point')).toBe('1 point');
    expect(counted(0, 'point')).toBe('0 points');
    expect(counted(12_345, 'point')).toBe('12,345 points');
  });

  it('count down by the clock of the reader', () => {
    expect(countdown(1_700_000_000_400)).toBe('<t:1700000000:R>');
  });

  it('know an address of the web', () => {
    expect(isWebAddress('https://ipfs.example/ipfs/abc')).toBe(true);
    for (const none of [undefined, '', '/art/1.svg', 'ipfs://abc', 'https://a b', `https://${'x'.repeat(2048)}`]) {
      expect(isWebAddress(none)).toBe(false);
    }
  });
});
