import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import {
  type ChatInputCommandInteraction,
  DiscordAPIError,
  type Interaction,
  MessageFlags,
  RESTJSONErrorCodes,
} from 'discord.js';
import {
  CatalogueService,
  GAME_CLOCK,
  type GameClock,
  GameService,
  PICTURE_CHECK,
  type PictureCheck,
} from '../game/index.js';
import { Answers } from './answers.service.js';
import { commandNamed } from './command-registry.js';
import { Cooldowns } from './cooldowns.js';
import { Refusal, refusalText } from './refusal.js';
import { mayManage } from './visitor.js';

/** Takes what people do on Discord to whoever answers it, and tells them when it was refused or has failed. */
@Injectable()
export class Interactions {
  private readonly logger = new Logger('Discord');
  private readonly cooldowns: Cooldowns;

  constructor(
    private readonly game: GameService,
    private readonly catalogue: CatalogueService,
    private readonly answers: Answers,
    @Inject(GAME_CLOCK) private readonly clock: GameClock,
    @Optional() @Inject(PICTURE_CHECK) private readonly pictures?: PictureCheck,
  ) {
    this.cooldowns = new Cooldowns(() => clock.now());
  }

  /** Never rejects. */
  async handle(interaction: Interaction): Promise<void> {
    try {
      if (!interaction.inCachedGuild()) return await refuseElsewhere(interaction);
      if (interaction.isChatInputCommand()) await this.run(interaction);
      else if (interaction.isButton()) await this.answers.press(interaction);
      else if (interaction.isModalSubmit()) await this.answers.submit(interaction);
    } catch (error) {
      await this.explain(interaction, error).catch((failure: unknown) => this.report(interaction, failure));
    }
  }

  private async run(interaction: ChatInputCommandInteraction<'cached'>): Promise<void> {
    const command = commandNamed(interaction.commandName);
    if (!command) throw new Refusal('This command is none of mine any more.');
    const { userMs, channelMs } = command.cooldown;
    const waitMs = mayManage(interaction)
      ? 0
      : this.cooldowns.claim(
          interaction.commandName,
          { userId: interaction.user.id, channelId: interaction.channelId },
          { userMs, channelMs },
        );
    if (waitMs > 0) {
      throw new Refusal(`Please wait ${Math.ceil(waitMs / 1000)} s before you use /${interaction.commandName} again.`);
    }
    // Discord takes an answer within three seconds, and the store may need longer.
    await interaction.deferReply(command.isPrivate ? { flags: MessageFlags.Ephemeral } : {});
    const { game, catalogue, pictures, clock } = this;
    await command.execute(interaction, { game, catalogue, pictures, now: () => clock.now() });
  }

  /** A refusal is for the one who asked alone, whatever the answer would have been. */
  private async explain(interaction: Interaction, error: unknown): Promise<void> {
    const text = refusalText(error);
    if (text === undefined) this.report(interaction, error);
    if (!interaction.isRepliable() || isTooLate(error)) return;
    const content = text ?? 'Something went wrong here; it was noted. Please try again.';
    if (interaction.deferred && interaction.ephemeral) await interaction.editReply({ content });
    else if (interaction.deferred) await replaceByPrivate(interaction, content);
    else if (!interaction.replied) await interaction.reply({ content, flags: MessageFlags.Ephemeral });
  }

  private report(interaction: Interaction, error: unknown): void {
    const what = interaction.isChatInputCommand() ? `/${interaction.commandName}` : 'an answer';
    this.logger.error(`${what} in channel ${interaction.channelId} failed: ${error}`);
  }
}

/** Only what was deferred in public can be seen by all: it is taken away, and the words come in private. */
async function replaceByPrivate(
  interaction: Extract<Interaction, { deferred: boolean }>,
  content: string,
): Promise<void> {
  if (!interaction.isRepliable()) return;
  await interaction.deleteReply();
  await interaction.followUp({ content, flags: MessageFlags.Ephemeral });
}

async function refuseElsewhere(interaction: Interaction): Promise<void> {
  if (!interaction.isRepliable()) return;
  await interaction.reply({
    content: 'I play in servers only, and only where I was invited as a bot.',
    flags: MessageFlags.Ephemeral,
  });
}

/** Discord has given up waiting; nothing can be answered any more. */
function isTooLate(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.UnknownInteraction;
}
