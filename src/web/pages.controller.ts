import { Controller, Get, Inject, NotFoundException, Param, Res } from '@nestjs/common';
import type { PublicFile } from './public-files.js';
import { isRoomCode } from './room-code.js';

interface ResponseWithHeaders {
  setHeader(name: string, value: string): unknown;
  redirect(status: number, url: string): unknown;
}

/** Injection token of the page's files. */
export const PUBLIC_FILES = Symbol('PUBLIC_FILES');

/** The page itself: one document for every address, and what it loads. */
@Controller()
export class PagesController {
  constructor(@Inject(PUBLIC_FILES) private readonly files: ReadonlyMap<string, PublicFile>) {}

  @Get()
  landing(@Res({ passthrough: true }) response: ResponseWithHeaders): string {
    return this.send('index.html', response);
  }

  @Get('r/:room')
  room(@Param('room') room: string, @Res({ passthrough: true }) response: ResponseWithHeaders): string | undefined {
    if (isRoomCode(room)) return this.send('index.html', response);
    // A link that was typed by hand: "Lobby " means the room "lobby", and the rest starts at the front door.
    const meant = room.trim().toLowerCase();
    response.redirect(302, isRoomCode(meant) ? `/r/${meant}` : '/');
    return undefined;
  }

  @Get(['p/:userId', 'leaderboard'])
  page(@Res({ passthrough: true }) response: ResponseWithHeaders): string {
    return this.send('index.html', response);
  }

  @Get('assets/*path')
  asset(@Param('path') path: string[], @Res({ passthrough: true }) response: ResponseWithHeaders): string {
    return this.send(path.join('/'), response);
  }

  /** Browsers keep the files but ask each time, so that a page is never a mix of two versions. */
  private send(name: string, response: ResponseWithHeaders): string {
    const file = this.files.get(name);
    if (file === undefined) throw new NotFoundException('There is no such file.');
    response.setHeader('Content-Type', file.contentType);
    response.setHeader('Cache-Control', 'no-cache');
    return file.text;
  }
}
