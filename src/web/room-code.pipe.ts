import { BadRequestException, Injectable, PipeTransform } from '@nestjs/common';
import { isRoomCode } from './room-code.js';

/** Refuses a room code that cannot exist, before anything is looked up under it. */
@Injectable()
export class RoomCodePipe implements PipeTransform<string, string> {
  transform(room: string): string {
    if (!isRoomCode(room)) {
      throw new BadRequestException('A room code has 1 to 32 characters: a–z, 0–9 and "-".');
    }
    return room;
  }
}
