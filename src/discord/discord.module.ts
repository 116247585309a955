import { type DynamicModule, Module } from '@nestjs/common';
import { GameModule } from '../game/index.js';
import { StorageModule } from '../storage/index.js';
import { Answers } from './answers.service.js';
import { ChannelBoard } from './channel-board.service.js';
import { DiscordClient } from './discord.client.js';
import { DISCORD_OPTIONS, type DiscordOptions } from './discord.options.js';
import { DiscordService } from './discord.service.js';
import { Interactions } from './interactions.service.js';
import { ChannelMessages } from './sent-message.js';

/** The quiz on Discord: slash commands and buttons over the game, in every server that has invited the bot. */
@Module({})
export class DiscordModule {
  static forRoot(options: DiscordOptions): DynamicModule {
    return {
      module: DiscordModule,
      imports: [GameModule, StorageModule.forFeature([ChannelMessages])],
      providers: [
        { provide: DISCORD_OPTIONS, useValue: options },
        DiscordClient,
        ChannelBoard,
        Answers,
        Interactions,
        DiscordService,
      ],
    };
  }
}
