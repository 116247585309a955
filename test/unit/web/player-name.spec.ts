import { describe, expect, it } from '@jest/globals';
import { isPlayerName, tidyName } from '../../../src/web/player-name.js';

const family = '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}';

describe('A player name', () => {
  it.each([
    ['  Ada   Lovelace ', 'Ada Lovelace'],
    ['Ada\n\tLovelace', 'Ada Lovelace'],
    ['\u202eadA', 'adA'],
    ['A\u200bda\u0000', 'Ada'],
    ['Ada\ud800', 'Ada'],
    ['Ame\u0301lie', 'Am\u00e9lie'],
    [family, family],
  ])('IsTidied: %j becomes %j', (typed, kept) => {
    expect(tidyName(typed)).toBe(kept);
  });

  it('DoesNotGrowOverItsNeighboursByStackedMarks', () => {
    expect(tidyName(`a${'\u0301'.repeat(50)}`).length).toBeLessThan(8);
  });

  it.each(['A', 'Ada', '李', '💡', family.repeat(3), '<b>Ada</b>', 'x'.repeat(24)])('IsAccepted: %j', (name) => {
    expect(isPlayerName(tidyName(name))).toBe(true);
  });

  it.each(['', '   ', '\u200b\u200d', 'x'.repeat(25), 'x'.repeat(100_000)])('IsRefused: %#', (name) => {
    expect(isPlayerName(tidyName(name))).toBe(false);
  });
});
