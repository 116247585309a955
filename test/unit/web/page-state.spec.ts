import { describe, expect, it } from '@jest/globals';
import type { GameView } from '../../../src/game/index.js';
import { viewIn } from '../../support/web-stage.js';

interface Answer {
  gameId: string;
  round: number;
  choice: number;
  status: string;
  isRepeated?: boolean;
}

interface Room {
  you: { userId: string; username: string } | undefined;
  finale: GameView | undefined;
  answer: Answer | undefined;
  notice: string;
}

/** The page's modules are plain JavaScript without types of their own. */
interface StateModule {
  emptyRoom(code: string, name: string): Room;
  receive(room: Room, message: object, recall: (gameId: string, round: number) => Answer | undefined): void;
  screenOf(room: Room): { name: string; key: string };
  leaveFinale(room: Room): void;
  isOpen(room: Room): boolean;
  choiceOf(room: Room): number | undefined;
  standings(players: { score: number }[]): { place: number }[];
}

interface ClockModule {
  observe(serverNow: number): void;
  serverTime(): number;
  forget(): void;
}

const page = (file: string) => new URL(`../../../src/web/public/${file}`, import.meta.url).href;
const state = (await import(page('state.js'))) as StateModule;
const clock = (await import(page('clock.js'))) as ClockModule;

const ADA = { userId: 'web:a', username: 'Ada' };
const BO = { userId: 'web:b', username: 'Bo' };
const FIGURES = { score: 0, correctAnswers: 0, incorrectAnswers: 0 };

function roomWith(view: GameView | null, extra: object = {}, recalled?: Answer): Room {
  const room = state.emptyRoom('lobby', 'Ada');
  room.you = ADA;
  state.receive(room, { people: [ADA], view, ...extra }, () => recalled);
  return room;
}

const view = (changes: Partial<GameView> = {}): GameView => ({ ...viewIn('web:lobby', ADA), ...changes });

describe('The state of the page', () => {
  it.each([
    [null, 'lobby'],
    [view({ phase: 'starting' }), 'starting'],
    [view({ phase: 'round' }), 'stage'],
    [view({ phase: 'pause' }), 'stage'],
    [view({ phase: 'finished' }), 'podium'],
    [view({ phase: 'stopped' }), 'lobby'],
  ])('ShowsTheScreenOfThePhase %#', (seen, screen) => {
    expect(state.screenOf(roomWith(seen)).name).toBe(screen);
  });

  it('KeepsTheArtworkOnTheWallFromTheRoundIntoItsPause', () => {
    const key = state.screenOf(roomWith(view({ phase: 'round' }))).key;
    expect(state.screenOf(roomWith(view({ phase: 'pause' }))).key).toBe(key);
    expect(state.screenOf(roomWith(view({ phase: 'round', round: 2 }))).key).not.toBe(key);
  });

  it('KeepsAPodiumThatWasLeftAwayUntilTheNextGameEnds', () => {
    const room = roomWith(view({ phase: 'finished' }));
    state.leaveFinale(room);
    state.receive(room, { people: [], view: view({ phase: 'finished' }) }, () => undefined);
    expect(state.screenOf(room).name).toBe('lobby');
    state.receive(room, { people: [], view: view({ phase: 'finished', gameId: 'game-2' }) }, () => undefined);
    expect(state.screenOf(room).name).toBe('podium');
  });

  it('TakesNoSecondAnswerWhereverTheFirstWasGiven', () => {
    expect(state.isOpen(roomWith(view()))).toBe(true);
    expect(state.isOpen(roomWith(view({ players: [{ ...ADA, ...FIGURES, answered: true }] })))).toBe(false);
    expect(state.isOpen(roomWith(view({ players: [{ ...BO, ...FIGURES, answered: true }] })))).toBe(true);
    const sent = { gameId: 'game-1', round: 1, choice: 2, status: 'sending' };
    expect(state.isOpen(roomWith(view(), {}, sent))).toBe(false);
    expect(state.isOpen(roomWith(view(), {}, { ...sent, status: 'failed' }))).toBe(true);
  });

  it('ForgetsAnAnswerWhenTheNextRoundBegins', () => {
    const room = roomWith(view(), {}, { gameId: 'game-1', round: 1, choice: 2, status: 'accepted' });
    expect(state.choiceOf(room)).toBe(2);
    state.receive(room, { people: [], view: view({ round: 2 }) }, () => undefined);
    expect([room.answer, state.isOpen(room)]).toEqual([undefined, true]);
  });

  it('MarksAnAnswerThatFoundItselfAlreadyThereAndNotSomebodyElsesTab', () => {
    const answer = { gameId: 'game-1', round: 1, choice: 2, status: 'already-answered' };
    expect(state.choiceOf(roomWith(view(), {}, { ...answer, isRepeated: true }))).toBe(2);
    expect(state.choiceOf(roomWith(view(), {}, answer))).toBeUndefined();
  });

  it('TellsWhoStoppedTheGame', () => {
    expect(roomWith(view({ phase: 'stopped' }), { stoppedBy: BO }).notice).toBe('Bo stopped the game.');
    expect(roomWith(view({ phase: 'stopped' }), { stoppedBy: ADA }).notice).toBe('You stopped the game.');
  });

  it('LetsEqualScoresShareAPlace', () => {
    const places = state.standings([{ score: 5 }, { score: 9 }, { score: 9 }, { score: 1 }]).map(({ place }) => place);
    expect(places).toEqual([1, 1, 3, 4]);
  });
});

describe('The clock of the page', () => {
  it('TrustsTheMessageThatWasLeastLate', () => {
    clock.forget();
    const skewMs = 3_600_000;
    for (const lateMs of [80, 5, 400]) clock.observe(Date.now() + skewMs - lateMs);
    const error = Date.now() + skewMs - clock.serverTime();
    expect(error).toBeGreaterThanOrEqual(0);
    expect(error).toBeLessThan(50);
  });
});
