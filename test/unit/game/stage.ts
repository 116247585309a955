import { ChannelGame, type GamePorts, type StepMeta } from '../../../src/game/channel-game.js';
import type { GameEvent, GameView } from '../../../src/game/game.types.js';
import { nextPicture, type PictureWorld, preparePictures } from '../../../src/game/next-picture.js';
import type { PictureCheck } from '../../../src/game/picture-check.js';
import { readSavedState } from '../../../src/game/session/saved-state.js';
import type { GameState } from '../../../src/game/session/state.js';
import { type ada, aGame, answerTo, gallery, ManualClock, rightChoice, seededRandom } from './table.js';

/** Plays one game and keeps what it saved, said and booked. */
export class Stage {
  readonly clock = new ManualClock();
  readonly pieces = gallery();
  readonly events: GameEvent[] = [];
  readonly metas: StepMeta[] = [];
  readonly failures: string[] = [];
  readonly recorded: GameState[] = [];
  readonly credited: GameState[] = [];
  /** What the store holds. */
  saved: GameState | undefined;
  /** Called before each write; may throw, or wait. */
  beforeWrite: (what: 'save' | 'record' | 'credit' | 'clear') => Promise<void> | void = () => {};
  /** Whether and where a picture answers; may wait. */
  usable: PictureCheck['usable'] = async (imageUrl) => imageUrl;
  readonly passedOver: string[] = [];
  /** Called when a round is to be shown. */
  present: (view: GameView) => Promise<void> = async () => {};
  private played: ChannelGame | undefined;

  private readonly pictureWorld: PictureWorld = {
    pieces: this.pieces,
    check: { usable: (imageUrl) => this.usable(imageUrl) },
    random: seededRandom(),
    reportUnloadable: ({ key }) => this.passedOver.push(key),
  };

  get game(): ChannelGame {
    if (!this.played) throw new Error('No game was started.');
    return this.played;
  }

  get said(): string[] {
    return this.events.map(({ type }) => type);
  }

  readonly ports: GamePorts = {
    clock: this.clock,
    save: async (state, meta) => {
      await this.beforeWrite('save');
      this.saved = structuredClone(state);
      this.metas.push(meta);
    },
    clear: async () => {
      await this.beforeWrite('clear');
      this.saved = undefined;
    },
    assertHeld: () => {},
    credit: async (state) => {
      await this.beforeWrite('credit');
      this.credited.push(state);
    },
    record: async (state) => {
      await this.beforeWrite('record');
      this.recorded.push(state);
    },
    admit: async () => true,
    nextPicture: (state) => nextPicture(state, this.pictureWorld),
    preparePictures: (state) => preparePictures(state, this.pictureWorld),
    present: (view) => this.present(view),
    announce: (event) => this.events.push(event),
    reportFailure: (doing) => this.failures.push(doing),
  };

  async start(state = aGame()): Promise<this> {
    await ChannelGame.start(state, this.ports, (game) => {
      this.played = game;
    });
    return this;
  }

  async startRound(): Promise<this> {
    await this.start();
    await this.clock.advance(3_000);
    return this;
  }

  async restart(): Promise<void> {
    const state = readSavedState(JSON.parse(JSON.stringify(this.saved)));
    if (!state) throw new Error('Nothing was saved.');
    this.played = await ChannelGame.resume(state, this.ports);
  }

  async answer(player: typeof ada, choice: number) {
    return this.game.answer(answerTo(this.game.view(), player, choice), this.clock.now());
  }

  answerRight(player: typeof ada) {
    return this.answer(player, rightChoice(this.saved as GameState));
  }

  answerWrong(player: typeof ada) {
    return this.answer(player, (rightChoice(this.saved as GameState) + 1) % 4);
  }
}
