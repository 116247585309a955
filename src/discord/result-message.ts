import { EmbedBuilder } from 'discord.js';
import type { GameView, RoundResult } from '../game/index.js';
import { COLORS } from './colors.js';
import { type MessageBody, messageBody } from './message-body.js';
import { clipped, countdown, counted, isWebAddress, plain } from './text.js';

/** Names that fit into a line; the rest is counted. */
const MOST_NAMED = 10;
const MAX_DESCRIPTION = 300;
const PIECE_KEY = /^(KT1\w{33}):(\d+)$/;

/** The answer to the last round, without buttons. @param isPaused while the bot restarts */
export function resultMessage(view: GameView, result: RoundResult, isPaused = false): MessageBody {
  const { artist, title, description, imageUrl, answers } = result;
  const right = answers.filter(({ correct }) => correct).sort((a, b) => b.points - a.points);
  const lines = [
    `**${plain(clipped(artist, 200))}** made ${linked(plain(clipped(title, 200)), result)}.`,
    description === '' ? '' : plain(clipped(description, MAX_DESCRIPTION)),
    '',
    ...rightLines(right),
    ...wrongLine(answers.length - right.length),
    answers.length === 0 ? 'Nobody answered.' : '',
    next(view, isPaused),
  ];
  const embed = new EmbedBuilder()
    .setColor(isPaused ? COLORS.quiet : COLORS.result)
    .setTitle(`Name that artist · round ${result.round} of ${view.rounds}`)
    .setDescription(lines.filter((line, place) => line !== '' || place === 2).join('\n'));
  if (isWebAddress(imageUrl)) embed.setImage(imageUrl);
  return messageBody(embed);
}

/** Where the piece can be looked at: on objkt, or else its picture. */
export function pieceAddress({
  pieceKey = '',
  imageUrl,
}: Pick<RoundResult, 'pieceKey' | 'imageUrl'>): string | undefined {
  const [, contract, tokenId] = PIECE_KEY.exec(pieceKey) ?? [];
  if (contract !== undefined) return `https://objkt.com/tokens/${contract}/${tokenId}`;
  return isWebAddress(imageUrl) ? imageUrl : undefined;
}

function linked(title: string, result: RoundResult): string {
  const address = pieceAddress(result);
  if (address === undefined) return title;
  // A parenthesis would end the link.
  return `[${title}](${address.replaceAll('(', '%28').replaceAll(')', '%29')})`;
}

function rightLines(right: RoundResult['answers']): string[] {
  const named = right
    .slice(0, MOST_NAMED)
    .map(({ username, points, afterMs }) => `✅ ${plain(username)}: ${counted(points, 'point')}, ${seconds(afterMs)}`);
  return right.length > MOST_NAMED ? [...named, `✅ and ${right.length - MOST_NAMED} more`] : named;
}

function wrongLine(wrong: number): string[] {
  return wrong === 0 ? [] : [`❌ ${counted(wrong, 'wrong answer')}`];
}

function next({ phase, round, rounds, endsAt }: GameView, isPaused: boolean): string {
  if (isPaused) return 'The bot restarts; the game goes on right after.';
  if (phase !== 'pause' || endsAt === undefined) return '';
  return `${round < rounds ? 'The next picture comes' : 'The podium follows'} ${countdown(endsAt)}.`;
}

function seconds(ms: number): string {
  return `after ${(ms / 1000).toFixed(1)} s`;
}
