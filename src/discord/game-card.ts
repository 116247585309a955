/** What a channel should show of a game: one card a round, which becomes its result, and one for the end. Pure. */
import type { GameEvent, GamePlayer, GameView } from '../game/index.js';
import type { MessageBody } from './message-body.js';
import { podiumMessage, stoppedMessage } from './podium-message.js';
import { resultMessage } from './result-message.js';
import { roundMessage } from './round-message.js';

/** One message: its key stays while its text changes. */
export interface GameCard {
  key: string;
  body: MessageBody;
}

/** What is not in a view. */
export interface CardNotes {
  /** The bot restarts. */
  isPaused?: boolean;
  stoppedBy?: GamePlayer | undefined;
}

/** Undefined where nothing is to be shown: before the first round, the answer to the command says everything. */
export function cardOf(view: GameView, notes: CardNotes = {}): GameCard | undefined {
  const { gameId, round, phase, lastResult } = view;
  const key = round > 0 ? `${gameId}:${round}` : gameId;
  switch (phase) {
    case 'starting':
      return undefined;
    case 'round':
      return { key, body: roundMessage(view, notes.isPaused) };
    case 'pause':
      return lastResult && { key, body: resultMessage(view, lastResult, notes.isPaused) };
    case 'finished':
      return { key: `${gameId}:end`, body: podiumMessage(view) };
    case 'stopped':
      return { key, body: stoppedMessage(view, notes.stoppedBy) };
  }
}

/** The last round's answer as it stays, without the countdown to what came next. */
export function settledCard(view: GameView): GameCard | undefined {
  const { lastResult, gameId } = view;
  if (!lastResult) return undefined;
  const { endsAt: _, ...settled } = view;
  return { key: `${gameId}:${lastResult.round}`, body: resultMessage(settled, lastResult) };
}

/** The cards that an event changes, in the order in which they are shown. */
export function cardsOf(event: GameEvent): GameCard[] {
  const { view, type } = event;
  const cards: (GameCard | undefined)[] = [];
  if (type === 'player-answered' || type === 'game-seen') return [];
  if (type === 'round-started' || type === 'game-ended') cards.push(settledCard(view));
  cards.push(cardOf(view, { stoppedBy: type === 'game-stopped' ? event.by : undefined }));
  return cards.filter((card) => card !== undefined);
}
