import { describe, expect, it } from '@jest/globals';
import { Presence } from '../../../src/web/presence.js';

const ada = { userId: 'web:a', username: 'Ada' };
const bo = { userId: 'web:b', username: 'Bo' };

describe('Presence', () => {
  it('ListsThePeopleOfARoomInTheOrderOfTheirComing', () => {
    const presence = new Presence();
    presence.enter('lobby', ada);
    presence.enter('lobby', bo);
    presence.enter('elsewhere', { userId: 'web:c', username: 'Cy' });
    expect(presence.peopleIn('lobby')).toEqual([ada, bo]);
  });

  it('CountsSomebodyWithTwoTabsOnceUntilBothAreClosed', () => {
    const presence = new Presence();
    const leaveFirst = presence.enter('lobby', ada);
    const leaveSecond = presence.enter('lobby', { ...ada, username: 'Ada L.' });
    expect(presence.peopleIn('lobby')).toEqual([{ ...ada, username: 'Ada L.' }]);
    leaveFirst();
    expect(presence.peopleIn('lobby')).toHaveLength(1);
    leaveSecond();
    expect(presence.peopleIn('lobby')).toEqual([]);
  });
});
