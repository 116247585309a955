import {
  BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  OnApplicationBootstrap,
  OnApplicationShutdown,
} from '@nestjs/common';
import { ChannelBoard } from './channel-board.service.js';
import { DiscordClient } from './discord.client.js';
import { DISCORD_OPTIONS, type DiscordOptions } from './discord.options.js';
import { Interactions } from './interactions.service.js';
import { registerCommands } from './register-commands.js';

/** The day of the room: login after the saved games go on, announcements before the store is closed, then goodbye. */
@Injectable()
export class DiscordService implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger('Discord');
  private connecting: Promise<void> = Promise.resolve();
  private isLeaving = false;

  constructor(
    private readonly client: DiscordClient,
    private readonly board: ChannelBoard,
    private readonly interactions: Interactions,
    @Inject(DISCORD_OPTIONS) private readonly options: DiscordOptions,
  ) {}

  /** Does not wait: the play page starts whether Discord can be reached or not. */
  onApplicationBootstrap(): void {
    this.connecting = this.client.connect({
      ready: (client) => {
        this.board.start();
        void this.register(client.application.id);
      },
      interaction: (interaction) => {
        if (!this.isLeaving) void this.interactions.handle(interaction);
      },
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isLeaving = true;
    await this.board.leave();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
    await this.connecting;
  }

  /** A bot without new commands is better than none. */
  private async register(clientId: string): Promise<void> {
    try {
      const count = await registerCommands({ ...this.options, clientId });
      this.logger.log(`${count} commands are registered.`);
    } catch (error) {
      this.logger.warn(`The commands could not be registered: ${error}`);
    }
  }
}
