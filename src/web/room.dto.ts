import { Transform } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import { GAME_MODES, type GameMode } from '../game/index.js';
import { isPlayerName, MAX_NAME_LENGTH, tidyName } from './player-name.js';

function IsPlayerName(): PropertyDecorator {
  return ValidateBy({
    name: 'isPlayerName',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isPlayerName(value),
      defaultMessage: () => `A name has 1 to ${MAX_NAME_LENGTH} visible characters.`,
    },
  });
}

/** Every request of a player carries their name, so that the server need not remember it. */
export class PlayerDto {
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? tidyName(value) : value))
  @IsPlayerName()
  name!: string;
}

/** Whoever opens a room: to play, or only to look on. */
export class VisitDto extends PlayerDto {
  @IsOptional()
  @IsIn(['yes'], { message: 'watch is yes, or left out.' })
  watch?: 'yes';
}

/** What the one who starts a game may choose; the game's own defaults apply to the rest. */
export class StartDto extends PlayerDto {
  @IsOptional()
  @IsInt({ message: 'The number of rounds is a whole number.' })
  @Min(1, { message: 'A game has at least 1 round.' })
  @Max(50, { message: 'A game has at most 50 rounds.' })
  rounds?: number;

  @IsOptional()
  @IsInt({ message: 'The seconds of a round are a whole number.' })
  @Min(5, { message: 'A round takes at least 5 seconds.' })
  @Max(60, { message: 'A round takes at most 60 seconds.' })
  roundSeconds?: number;

  @IsOptional()
  @IsInt({ message: 'The seconds of a pause are a whole number.' })
  @Min(2, { message: 'A pause takes at least 2 seconds.' })
  @Max(60, { message: 'A pause takes at most 60 seconds.' })
  pauseSeconds?: number;

  @IsOptional()
  @IsIn(GAME_MODES, { message: `mode is one of ${GAME_MODES.join(', ')}.` })
  mode?: GameMode;
}

/** Names the game it is meant for, so that a click that arrives late cannot hit the next one. */
export class StopDto extends PlayerDto {
  @IsString({ message: 'gameId is missing.' })
  @Matches(/^[\w:.-]{1,128}$/, { message: 'gameId is malformed.' })
  gameId!: string;
}

/** Names game and round, so that a late answer cannot count for the next round. */
export class AnswerDto extends StopDto {
  @IsInt({ message: 'The round is a whole number.' })
  @Min(1, { message: 'Rounds count from 1.' })
  round!: number;

  /** One of the four buttons, or else a text. */
  @ValidateIf(({ text }: AnswerDto) => text === undefined)
  @IsInt({ message: 'The choice is a whole number.' })
  @Min(0, { message: 'Choices count from 0 to 3.' })
  @Max(3, { message: 'Choices count from 0 to 3.' })
  choice?: number;

  @IsOptional()
  @IsString({ message: 'The text is a text.' })
  @Matches(/\S/, { message: 'The text is empty.' })
  @MaxLength(100, { message: 'The text has at most 100 characters.' })
  text?: string;
}
