/** The person behind an interaction, as the game knows people. */
import { type BaseInteraction, PermissionFlagsBits } from 'discord.js';
import type { GamePlayer } from '../game/index.js';

/** The name shown in this server. A name without a visible character would be refused: the account's own stands in. */
export function playerOf(interaction: BaseInteraction<'cached'>): GamePlayer {
  const { user, member } = interaction;
  const shown = member.displayName;
  return { userId: user.id, username: /[\p{L}\p{N}\p{P}\p{S}]/u.test(shown) ? shown : user.username };
}

/** Whether this person may stop other people's games, and need not wait. */
export function mayManage(interaction: BaseInteraction<'cached'>): boolean {
  const { memberPermissions } = interaction;
  // `has` answers yes for an administrator, too.
  return memberPermissions.has(PermissionFlagsBits.ManageMessages);
}
