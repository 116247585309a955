/** Room codes are short enough to read out, and safe in a URL, a file and a log key. */
const ROOM_CODE = /^[a-z0-9-]{1,32}$/;

/** Whether a text can name a room. */
export function isRoomCode(text: string): boolean {
  return ROOM_CODE.test(text);
}

/** The channel that a room plays in; the prefix keeps web rooms apart from channels of other front ends. */
export function channelOf(room: string): string {
  return `web:${room}`;
}
