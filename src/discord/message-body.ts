import type { ActionRowBuilder, ButtonBuilder, EmbedBuilder, RESTPatchAPIChannelMessageJSONBody } from 'discord.js';

/** A message as Discord's REST interface takes it, whether it is posted or edited. */
export type MessageBody = RESTPatchAPIChannelMessageJSONBody;

/** A message of one embed. Nobody is ever mentioned by it, and an edit without buttons takes the former ones away. */
export function messageBody(embed: EmbedBuilder, rows: ActionRowBuilder<ButtonBuilder>[] = []): MessageBody {
  return {
    embeds: [embed.toJSON()],
    components: rows.map((row) => row.toJSON()),
    allowed_mentions: { parse: [] },
  };
}
