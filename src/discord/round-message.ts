import { ActionRowBuilder, ButtonBuilder, ButtonStyle, EmbedBuilder } from 'discord.js';
import type { GameView } from '../game/index.js';
import { COLORS } from './colors.js';
import { encodeCustomId } from './custom-id.js';
import { type MessageBody, messageBody } from './message-body.js';
import { clipped, countdown, isWebAddress, plain } from './text.js';

const MAX_LABEL = 80;
const DIGITS = ['1️⃣', '2️⃣', '3️⃣', '4️⃣'];

/** A running round: the picture and its buttons. @param isPaused while the bot restarts: the buttons do nothing */
export function roundMessage(view: GameView, isPaused = false): MessageBody {
  const embed = new EmbedBuilder()
    .setColor(isPaused ? COLORS.quiet : COLORS.round)
    .setTitle(`Name that artist · round ${view.round} of ${view.rounds}`)
    .setDescription([question(view), timeLeft(view, isPaused)].join('\n'))
    .setFooter({ text: footer(view) });
  if (isWebAddress(view.imageUrl)) embed.setImage(view.imageUrl);
  return messageBody(embed, [buttons(view, isPaused)]);
}

function question({ title, imageUrl }: GameView): string {
  const lines = [title ? `Who made **${plain(clipped(title, 200))}**?` : 'Who made this piece?'];
  if (!isWebAddress(imageUrl)) lines.push('_Its picture has no address on the web, so Discord cannot show it._');
  return lines.join('\n');
}

function timeLeft({ endsAt }: GameView, isPaused: boolean): string {
  if (isPaused) return 'The bot restarts. This round goes on in this message, with the time that was left.';
  return endsAt === undefined ? '' : `The round ends ${countdown(endsAt)}.`;
}

function footer({ mode, day }: GameView): string {
  if (mode === 'typed') return 'Press the button and type the name.';
  return day === undefined ? 'One answer each; the first one counts.' : `Daily challenge of ${day}: one attempt each.`;
}

function buttons({ mode, gameId, round, choices = [] }: GameView, isPaused: boolean): ActionRowBuilder<ButtonBuilder> {
  const row = new ActionRowBuilder<ButtonBuilder>();
  if (mode === 'typed') {
    const id = encodeCustomId({ kind: 'type', gameId, round });
    return row.addComponents(button(id, isPaused).setLabel('Answer').setStyle(ButtonStyle.Primary));
  }
  return row.addComponents(
    choices.map(({ artist }, choice) =>
      button(encodeCustomId({ kind: 'choice', gameId, round, choice }), isPaused)
        .setLabel(clipped(artist.trim() || '(no name)', MAX_LABEL))
        .setEmoji(DIGITS[choice] as string),
    ),
  );
}

function button(customId: string, isDisabled: boolean): ButtonBuilder {
  return new ButtonBuilder().setCustomId(customId).setStyle(ButtonStyle.Secondary).setDisabled(isDisabled);
}
