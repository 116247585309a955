import { describe, expect, it } from '@jest/globals';
import { BadRequestException } from '@nestjs/common';
import { channelOf, isRoomCode } from '../../../src/web/room-code.js';
import { RoomCodePipe } from '../../../src/web/room-code.pipe.js';

describe('A room code', () => {
  it.each(['a', 'lobby', 'room-42', '-', '0'.repeat(32)])('IsAccepted: %j', (code) => {
    expect(isRoomCode(code)).toBe(true);
    expect(new RoomCodePipe().transform(code)).toBe(code);
  });

  it.each(['', 'Lobby', 'a b', 'a_b', '../etc', 'a\n', 'ä', 'web:x', '0'.repeat(33)])('IsRefused: %j', (code) => {
    expect(isRoomCode(code)).toBe(false);
    expect(() => new RoomCodePipe().transform(code)).toThrow(BadRequestException);
  });

  it('NamesAChannelOfTheWeb', () => {
    expect(channelOf('lobby')).toBe('web:lobby');
  });
});
