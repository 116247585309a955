import type { GameClock } from './clock.js';
import { GameError, gameElsewhere, isElsewhere } from './errors.js';
import type { AnswerOutcome, GameAnswer, GameEvent, GamePlayer, GameView } from './game.types.js';
import {
  endRound,
  finishGame,
  type RoundPicture,
  recordAnswer,
  restartClock,
  resume,
  startRound,
  suspend,
} from './session/session.js';
import type { GameState } from './session/state.js';
import { viewOf } from './session/view.js';
import { withoutPlayer } from './session/without-player.js';

/** First and longest wait before a step that could not be saved is tried again. */
const RETRY_MS = { first: 200, longest: 10_000 };

/** Who caused a write and why, for the log's history. */
export interface StepMeta {
  actor: string;
  reason: string;
}

/**
 * What a running game needs of the world. A promise resolves when the change is durable, and rejects with GAME_ELSEWHERE
 * once another process has taken the game.
 */
export interface GamePorts {
  clock: GameClock;
  save(state: GameState, meta: StepMeta): Promise<void>;
  clear(state: GameState, meta: StepMeta): Promise<void>;
  /** @throws GameError GAME_ELSEWHERE where another process may run the game by now */
  assertHeld(state: GameState): void;
  /** Of a daily challenge: whether this is the one game of the day that counts for a player, from now on if need be. */
  admit(state: GameState, player: GamePlayer): Promise<boolean>;
  /** Keeps the finished game for the boards; safe to repeat. */
  record(state: GameState): Promise<void>;
  /** Books the scores; safe to repeat. */
  credit(state: GameState): Promise<void>;
  /** The first piece that can still be shown; undefined when none is left. May take seconds. */
  nextPicture(state: GameState): Promise<RoundPicture | undefined>;
  /** Looks at the pictures to come, so that {@link nextPicture} is quick when they are due. */
  preparePictures(state: GameState): void;
  /** Resolves once the players can see the round, or it took too long; never rejects. */
  present(view: GameView): Promise<void>;
  announce(event: GameEvent): void;
  /** Reports a step that failed and will be tried again. */
  reportFailure(doing: string, error: unknown): void;
}

interface PendingAnswer {
  answer: GameAnswer;
  at: number;
  resolve(outcome: AnswerOutcome): void;
  reject(error: unknown): void;
}

const BY_GAME = 'game';

/**
 * Runs one game: one step after the other, each saved before it is announced. Whatever happens at once is put in a
 * queue, so a step always builds on a saved state. Answers that arrive while a save is under way share the next one.
 */
export class ChannelGame {
  private tail: Promise<unknown> = Promise.resolve();
  private pending: PendingAnswer[] = [];
  private cancelTimer: () => void = () => {};
  /** Counts the phases; a timer that was set in an earlier one does nothing. */
  private step = 0;
  private failures = 0;
  private course: 'running' | 'settled' | 'stopped' | 'dropped' = 'running';
  private closing = false;
  private endAnnounced = false;

  private constructor(
    private state: GameState,
    private readonly ports: GamePorts,
  ) {}

  /**
   * Saves a new game and starts its clock.
   * @param register makes the game known once it is saved and before it is announced
   */
  static async start(state: GameState, ports: GamePorts, register: (game: ChannelGame) => void): Promise<ChannelGame> {
    await ports.save(state, { actor: state.host.userId, reason: 'game started' });
    ports.assertHeld(state);
    const game = new ChannelGame(state, ports);
    register(game);
    ports.announce({ type: 'game-started', view: game.view() });
    game.runPhase();
    return game;
  }

  /** Goes on with a saved game; one that was over already is settled before the promise resolves. */
  static async resume(saved: GameState, ports: GamePorts): Promise<ChannelGame> {
    const game = new ChannelGame(resume(saved, ports.clock.now()), ports);
    if (game.finished) await game.queue(() => game.advance(game.step));
    else {
      ports.announce({ type: 'game-resumed', view: game.view() });
      game.runPhase();
    }
    return game;
  }

  /** Whether the last round is over; the scores may still be on their way to the store. */
  get finished(): boolean {
    return this.state.phase === 'finished';
  }

  /** Whether nothing is left to do: the scores are booked, or the game was stopped. */
  get settled(): boolean {
    return this.course !== 'running';
  }

  /** Whether another process may run it by now: what this one knows of it is old. */
  get dropped(): boolean {
    return this.course === 'dropped';
  }

  get hostId(): string {
    return this.state.host.userId;
  }

  /** What a host or player of this game is called. */
  nameOf(userId: string): string | undefined {
    return [this.state.host, ...this.state.players].find((player) => player.userId === userId)?.username;
  }

  /** Whether somebody hosts this game or has answered in it. */
  names(userId: string): boolean {
    return this.nameOf(userId) !== undefined;
  }

  /** Takes a person out of what is still shown of a game that is over. */
  forget(userId: string, nobody: GamePlayer): void {
    if (this.settled) this.state = withoutPlayer(this.state, userId, nobody);
  }

  view(): GameView {
    return viewOf(this.state, this.course === 'stopped' ? 'stopped' : this.state.phase);
  }

  /** Resolves once the answer is durable; rejects, and counts nothing, if it could not be saved. */
  answer(answer: GameAnswer, at: number): Promise<AnswerOutcome> {
    if (this.closing) return Promise.reject(closingError());
    const isTyped = this.state.mode === 'typed';
    if (isTyped !== 'text' in answer) {
      const kind = isTyped ? 'typed' : 'one of four choices';
      return Promise.reject(new GameError('WRONG_KIND_OF_ANSWER', `An answer in this game is ${kind}.`));
    }
    return new Promise((resolve, reject) => {
      this.pending.push({ answer, at, resolve, reject });
      if (this.pending.length === 1) void this.queue(() => this.takeAnswers());
    });
  }

  /** Ends the game without booking anything. */
  stop(by: GamePlayer | undefined, actor: string): Promise<GameView> {
    return this.queue(async () => {
      if (this.closing) throw closingError();
      this.assertHere();
      if (this.finished || this.course === 'stopped') {
        throw new GameError('NO_GAME', 'The game is over already.');
      }
      await this.held(this.ports.clear(this.state, { actor, reason: 'game stopped' }));
      this.course = 'stopped';
      this.leavePhase();
      this.announce({ type: 'game-stopped', view: this.view(), by });
      return this.view();
    });
  }

  /** Lets go of the game, for another process to go on with: nothing of it is saved or said from now on. */
  drop(): void {
    if (this.settled) return;
    this.course = 'dropped';
    this.leavePhase();
    for (const { reject } of this.pending.splice(0)) reject(gameElsewhere());
  }

  /** Stops the clock, waits for the step under way and writes down how much time was left. */
  async close(): Promise<void> {
    this.closing = true;
    this.leavePhase();
    await this.queue(async () => {
      if (this.settled || this.finished) return;
      const suspended = suspend(this.state, this.ports.clock.now());
      await this.ports.save(suspended, { actor: BY_GAME, reason: 'shutdown' }).catch((error: unknown) => {
        if (!isElsewhere(error)) this.ports.reportFailure('saving the game at shutdown', error);
      });
    });
  }

  private async takeAnswers(): Promise<void> {
    const batch = this.pending.splice(0);
    let next = this.state;
    let outcomes: AnswerOutcome[] = [];
    try {
      const barred = await this.barred(batch);
      outcomes = batch.map(({ answer, at }) => {
        if (this.course === 'stopped') return { status: 'no-game' };
        if (barred.has(answer.userId)) return { status: 'already-played' };
        const { state, outcome } = recordAnswer(next, answer, at);
        next = state;
        return outcome;
      });
      this.assertHere();
      if (next !== this.state) await this.held(this.ports.save(next, answersMeta(batch, next)));
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    this.state = next;
    batch.forEach(({ answer, resolve }, place) => {
      const outcome = outcomes[place] as AnswerOutcome;
      if (outcome.status === 'accepted') {
        this.announce({ type: 'player-answered', view: this.view(), userId: answer.userId });
      }
      resolve(outcome);
    });
  }

  /** Those whose attempt at today's challenge was another game. */
  private async barred(batch: readonly PendingAnswer[]): Promise<Set<string>> {
    const { state, ports } = this;
    const barred = new Set<string>();
    if (state.day === undefined || this.course === 'stopped') return barred;
    for (const { answer, at } of batch) {
      const isNew = !state.players.some(({ userId }) => userId === answer.userId);
      // Only an answer that counts is an attempt.
      const counts = recordAnswer(state, answer, at).outcome.status === 'accepted';
      if (isNew && counts && !(await ports.admit(state, answer))) barred.add(answer.userId);
    }
    return barred;
  }

  /** The picture is waited for outside the queue: a slow gateway holds up neither a stop nor a shutdown. */
  private async takeStep(step: number): Promise<void> {
    if (step !== this.step) return;
    const isRoundNext = this.state.phase !== 'round' && !this.finished;
    const picture = isRoundNext ? this.ports.nextPicture(this.state) : undefined;
    // A failure is reported by the step itself, which is tried again.
    if (picture) await picture.catch(() => undefined);
    await this.queue(() => this.advance(step, picture));
  }

  /** Takes the step that is due; one that cannot be saved is tried again later, and the game waits for it. */
  private async advance(step: number, picture?: ReturnType<GamePorts['nextPicture']>): Promise<void> {
    if (step !== this.step) return;
    try {
      if (this.state.phase === 'round') await this.endRound();
      else if (this.finished) await this.settle();
      else await this.beginRound(await (picture ?? this.ports.nextPicture(this.state)));
    } catch (error) {
      if (isElsewhere(error)) return this.drop();
      this.ports.reportFailure(`going on after round ${this.state.round}`, error);
      this.retryLater();
    }
  }

  private async beginRound(picture: RoundPicture | undefined): Promise<void> {
    if (!picture) return this.finish();
    const next = startRound(this.state, picture, this.ports.clock.now());
    await this.held(this.ports.save(next, { actor: BY_GAME, reason: `round ${next.round} started` }));
    await this.ports.present(viewOf(restartClock(next, this.ports.clock.now())));
    // Nobody sees the picture before this moment, so the time that save and show took is not the players' time.
    this.assertHere();
    this.enterPhase(restartClock(next, this.ports.clock.now()));
    this.announce({ type: 'round-started', view: this.view() });
  }

  private async endRound(): Promise<void> {
    const next = endRound(this.state, this.ports.clock.now());
    await this.held(this.ports.save(next, { actor: BY_GAME, reason: `round ${next.round} ended` }));
    this.enterPhase(next);
    const view = this.view();
    if (view.lastResult) this.announce({ type: 'round-ended', view, result: view.lastResult });
  }

  private async finish(): Promise<void> {
    const next = finishGame(this.state, this.ports.clock.now());
    await this.held(this.ports.save(next, { actor: BY_GAME, reason: 'game finished' }));
    this.leavePhase();
    this.state = next;
    await this.settle();
  }

  /** Records the game, books the scores and forgets the saved game. The end is announced even if that has to be tried again. */
  private async settle(): Promise<void> {
    try {
      await this.held(this.ports.record(this.state));
      await this.held(this.ports.credit(this.state));
      await this.held(this.ports.clear(this.state, { actor: BY_GAME, reason: 'game finished and credited' }));
      this.course = 'settled';
      this.failures = 0;
    } finally {
      if (!this.endAnnounced) this.announce({ type: 'game-ended', view: this.view() });
      this.endAnnounced = true;
    }
  }

  private enterPhase(next: GameState): void {
    this.leavePhase();
    this.state = next;
    this.failures = 0;
    this.runPhase();
  }

  /** Nothing is built on a write that came to pass while the game was let go of, or after it was taken. */
  private async held<T>(write: Promise<T>): Promise<T> {
    try {
      const result = await write;
      this.assertHere();
      return result;
    } catch (error) {
      if (isElsewhere(error)) this.drop();
      throw error;
    }
  }

  private assertHere(): void {
    if (this.dropped) throw gameElsewhere();
  }

  private announce(event: GameEvent): void {
    if (!this.dropped) this.ports.announce(event);
  }

  /** Sets the clock of the phase, and uses its time to look at the pictures to come. */
  private runPhase(): void {
    this.setTimer();
    if (!this.closing) this.ports.preparePictures(this.state);
  }

  private leavePhase(): void {
    this.step++;
    this.cancelTimer();
  }

  private setTimer(delayMs = this.state.endsAt - this.ports.clock.now()): void {
    this.cancelTimer();
    if (this.closing) return;
    const { step } = this;
    const due = () => void this.takeStep(step);
    this.cancelTimer = this.ports.clock.setTimeout(due, Math.max(0, delayMs));
  }

  private retryLater(): void {
    const delayMs = Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** this.failures);
    this.failures++;
    this.setTimer(delayMs);
  }

  /** Runs after everything that was asked for before, whether that succeeded or not. */
  private queue<T>(task: () => Promise<T>): Promise<T> {
    const result = this.tail.then(task);
    this.tail = result.catch(() => undefined);
    return result;
  }
}

function closingError(): GameError {
  return new GameError('GAME_CLOSING', 'The application is shutting down; the game goes on after the restart.');
}

function answersMeta(batch: readonly PendingAnswer[], state: GameState): StepMeta {
  const only = batch.length === 1 ? batch[0] : undefined;
  return { actor: only?.answer.userId ?? BY_GAME, reason: `round ${state.round} answered` };
}
