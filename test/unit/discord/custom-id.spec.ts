import { describe, expect, it } from '@jest/globals';
import { type CustomId, decodeCustomId, encodeCustomId } from '../../../src/discord/custom-id.js';

const gameId = '3f0c8a52-9b1e-4a75-8d42-0c7f6f1f6f4e';

describe('what a button carries', () => {
  it.each<CustomId>([
    { kind: 'choice', gameId, round: 1, choice: 0 },
    { kind: 'choice', gameId, round: 50, choice: 3 },
    { kind: 'type', gameId, round: 12 },
    { kind: 'forget' },
  ])('comes back as it was: %j', (id) => {
    const text = encodeCustomId(id);
    expect(text.length).toBeLessThanOrEqual(100);
    expect(decodeCustomId(text)).toEqual(id);
  });

  it.each([
    '',
    'choice',
    'forget:me',
    `choice:${gameId}:1`,
    `choice:${gameId}:1:4`,
    `choice:${gameId}:1:-1`,
    `choice:${gameId}:1:01`,
    `choice:${gameId}:1:1:1`,
    `choice:${gameId}:1.5:1`,
    `choice::1:1`,
    `choice:a b:1:1`,
    `type:${gameId}:1:1`,
    `type:${gameId}:99999`,
    `answer:${gameId}:1:1`,
    `choice:${'x'.repeat(100)}:1:1`,
    '1️⃣',
  ])('is refused where it is none of ours: %s', (text) => {
    expect(decodeCustomId(text)).toBeUndefined();
  });

  it('cannot carry a game id that would not come back', () => {
    expect(() => encodeCustomId({ kind: 'type', gameId: 'a:b', round: 1 })).toThrow(TypeError);
    expect(() => encodeCustomId({ kind: 'type', gameId: 'x'.repeat(65), round: 1 })).toThrow(TypeError);
  });
});
