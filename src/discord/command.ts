import type { ChatInputCommandInteraction, RESTPostAPIChatInputApplicationCommandsJSONBody } from 'discord.js';
import type { CatalogueService, GameService, PictureCheck } from '../game/index.js';
import type { Cooldown } from './cooldowns.js';

/** What a command works with. */
export interface CommandContext {
  game: GameService;
  catalogue: CatalogueService;
  /** Undefined where pictures are not looked at before they are shown. */
  pictures: PictureCheck | undefined;
  /** Milliseconds since 1970. */
  now(): number;
}

/** One slash command. Whatever `execute` throws is told to the person who used it. */
export interface Command {
  definition: RESTPostAPIChatInputApplicationCommandsJSONBody;
  cooldown: Cooldown;
  /** Whether only the one who used it sees the answer. */
  isPrivate: boolean;
  /** The answer was deferred, so it is given by `editReply`. */
  execute(interaction: ChatInputCommandInteraction<'cached'>, context: CommandContext): Promise<void>;
}
