import {
  BadRequestException,
  Body,
  Controller,
  HttpCode,
  MessageEvent,
  Param,
  Post,
  Query,
  Res,
  Sse,
  UseFilters,
  UseGuards,
  UsePipes,
  ValidationPipe,
} from '@nestjs/common';
import { Observable } from 'rxjs';
import { AnswerOutcome, GameService } from '../game/index.js';
import { GameErrorFilter } from './game-error.filter.js';
import { cookieFor, createToken, userIdOf } from './identity.js';
import { KnownUserId, UserId } from './player.decorator.js';
import { AnswerDto, PlayerDto, StartDto, StopDto, VisitDto } from './room.dto.js';
import { channelOf } from './room-code.js';
import { RoomCodePipe } from './room-code.pipe.js';
import { RoomStream } from './room-stream.service.js';
import { SameOriginGuard } from './same-origin.guard.js';
import type { JoinAnswer, RoomState } from './web.types.js';

interface ResponseWithHeaders {
  setHeader(name: string, value: string): unknown;
}

/** What a page may do in a room. Every refusal is JSON with a `message` fit to be shown. */
@Controller('api/rooms/:room')
@UseGuards(SameOriginGuard)
@UseFilters(GameErrorFilter)
@UsePipes(new ValidationPipe({ transform: true, whitelist: true, stopAtFirstError: true }))
export class RoomsController {
  constructor(
    private readonly game: GameService,
    private readonly stream: RoomStream,
  ) {}

  /** Tells the browser who it is, and gives a newcomer the cookie that says so. */
  @Post('join')
  @HttpCode(200)
  join(
    @Param('room', RoomCodePipe) room: string,
    @Body() { name }: PlayerDto,
    @KnownUserId() knownUserId: string | undefined,
    @Res({ passthrough: true }) response: ResponseWithHeaders,
  ): JoinAnswer {
    if (knownUserId !== undefined) return this.welcome(room, knownUserId, name);
    const token = createToken();
    response.setHeader('Set-Cookie', cookieFor(token));
    return this.welcome(room, userIdOf(token), name);
  }

  @Sse('events')
  events(
    @Param('room', RoomCodePipe) room: string,
    @Query() { name, watch }: VisitDto,
    @UserId() userId: string,
  ): Observable<MessageEvent> {
    return this.stream.open(room, { userId, username: name }, watch === 'yes');
  }

  @Post('start')
  @HttpCode(200)
  async start(
    @Param('room', RoomCodePipe) room: string,
    @Body() { name, ...settings }: StartDto,
    @UserId() userId: string,
  ): Promise<RoomState> {
    await this.game.startGame(channelOf(room), { userId, username: name }, settings);
    return this.stream.state(room);
  }

  @Post('answer')
  @HttpCode(200)
  answer(
    @Param('room', RoomCodePipe) room: string,
    @Body() { name, gameId, round, choice, text }: AnswerDto,
    @UserId() userId: string,
  ): Promise<AnswerOutcome> {
    const answer = { userId, username: name, gameId, round };
    if (text === undefined) return this.game.answer(channelOf(room), { ...answer, choice: choice as number });
    if (choice !== undefined) throw new BadRequestException('An answer has either a choice or a text, not both.');
    return this.game.answer(channelOf(room), { ...answer, text });
  }

  /** The game lets only its host stop it: a room is open to everybody who knows its code. */
  @Post('stop')
  @HttpCode(200)
  async stop(
    @Param('room', RoomCodePipe) room: string,
    @Body() { name, gameId }: StopDto,
    @UserId() userId: string,
  ): Promise<RoomState> {
    const isRunning = this.game.view(channelOf(room))?.gameId === gameId;
    if (isRunning) await this.game.stopGame(channelOf(room), { userId, username: name });
    return this.stream.state(room);
  }

  private welcome(room: string, userId: string, username: string): JoinAnswer {
    return { ...this.stream.state(room), you: { userId, username } };
  }
}
