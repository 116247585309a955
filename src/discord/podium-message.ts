import { EmbedBuilder } from 'discord.js';
import type { GamePlayer, GameView } from '../game/index.js';
import { COLORS } from './colors.js';
import { type MessageBody, messageBody } from './message-body.js';
import { counted, plain } from './text.js';

const MOST_LISTED = 10;
const MEDALS = ['🥇', '🥈', '🥉'];

/** The end of a game. Who has no point has not won, and a game that nobody answered has no winner. */
export function podiumMessage(view: GameView): MessageBody {
  const embed = new EmbedBuilder()
    .setColor(COLORS.podium)
    .setTitle(view.day === undefined ? 'Name that artist · the podium' : `Daily challenge of ${view.day} · the podium`)
    .setDescription([headline(view), '', ...rows(view)].join('\n').trim());
  return messageBody(embed);
}

/** A game that was ended early. @param by undefined where the person is not known */
export function stoppedMessage(view: GameView, by: GamePlayer | undefined): MessageBody {
  const who = by === undefined ? '' : ` by ${plain(by.username)}`;
  const where = view.round > 0 ? ` in round ${view.round} of ${view.rounds}` : ' before its first round';
  const embed = new EmbedBuilder()
    .setColor(COLORS.quiet)
    .setTitle('Name that artist · stopped')
    .setDescription(`The game was stopped${who}${where}. Its scores are not counted.`);
  return messageBody(embed);
}

function headline({ players, winners = [] }: GameView): string {
  if (players.length === 0) return 'Nobody answered. Maybe next time.';
  const names = players
    .filter(({ userId }) => winners.includes(userId))
    .map(({ username }) => `**${plain(username)}**`);
  if (names.length === 0) return 'Nobody scored, so nobody wins.';
  const shown =
    names.length > MOST_LISTED ? [...names.slice(0, MOST_LISTED), `${names.length - MOST_LISTED} more`] : names;
  return names.length === 1
    ? `${shown[0]} wins.`
    : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)} win together.`;
}

function rows({ players }: GameView): string[] {
  let place = 0;
  const listed = players.slice(0, MOST_LISTED).map(({ username, score, correctAnswers, incorrectAnswers }, index) => {
    if (players[index - 1]?.score !== score) place = index;
    const answers = `${correctAnswers} of ${correctAnswers + incorrectAnswers} right`;
    return `${MEDALS[place] ?? `${place + 1}\\.`} ${plain(username)}: ${counted(score, 'point')}, ${answers}`;
  });
  return players.length > MOST_LISTED ? [...listed, `and ${players.length - MOST_LISTED} more`] : listed;
}
