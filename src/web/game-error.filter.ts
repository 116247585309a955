import {
  ArgumentsHost,
  BadRequestException,
  Catch,
  ConflictException,
  ExceptionFilter,
  ForbiddenException,
  HttpException,
  NotFoundException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { GameError, type GameErrorCode } from '../game/index.js';

const ANSWERS: Readonly<Record<GameErrorCode, new (message: string) => HttpException>> = {
  GAME_RUNNING: ConflictException,
  GAME_FINISHING: ConflictException,
  NO_GAME: NotFoundException,
  NOT_ALLOWED: ForbiddenException,
  SETTING_FIXED: BadRequestException,
  WRONG_KIND_OF_ANSWER: BadRequestException,
  NOT_ENOUGH_ARTISTS: ConflictException,
  GAME_CLOSING: ServiceUnavailableException,
  GAME_ELSEWHERE: ConflictException,
  ALREADY_UNDONE: ConflictException,
  PLAYER_IN_GAME: ConflictException,
};

/** Turns a refusal by the rules of the quiz into the status and message that a page understands. */
@Catch(GameError)
export class GameErrorFilter extends BaseExceptionFilter implements ExceptionFilter<GameError> {
  override catch(error: GameError, host: ArgumentsHost): void {
    super.catch(new ANSWERS[error.code](error.message), host);
  }
}
