import 'reflect-metadata';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsString, ValidateNested } from 'class-validator';
import { LogEntity } from '../storage/index.js';

/** Messages of a channel that may still be edited: the last round's, the running one's and the podium. */
export const MESSAGES_KEPT = 3;

/** One message that the bot has posted. */
export class SentMessage {
  /** What it shows: a game and its round, or its end. */
  @IsString()
  card!: string;

  @IsString()
  messageId!: string;
}

/** The newest messages of a channel, under the channel's id: after a restart they are edited, not posted again. */
@LogEntity({ log: 'discord_messages' })
export class ChannelMessages {
  /** Oldest first. */
  @IsArray()
  @ArrayMaxSize(MESSAGES_KEPT)
  @ValidateNested({ each: true })
  @Type(() => SentMessage)
  sent!: SentMessage[];
}
