/** Writes that a child announces before and acknowledges after, as `takeMessage` of write-model.ts takes them in. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LogEngine } from '../../src/storage/log/index.js';
import { tell } from './parent.js';
import type { Random } from './random.js';
import { countIn, type SentValue, sentState, sentValue, type WriteKind } from './write-model.js';

const KEYS = [
  '',
  '__proto__',
  'constructor',
  'a"b\\',
  'zeilen\nende',
  '😀',
  ...Array.from({ length: 30 }, (_, i) => `k${i}`),
];

export const ANNOUNCED_LOGS = ['players', 'tokens'];

export class AnnouncedWrites {
  #nextId: number;

  /** @param firstId numbers of these writes begin here, so that no two children send the same value */
  constructor(
    private readonly engine: LogEngine,
    private readonly random: Random,
    firstId: number,
  ) {
    this.#nextId = firstId;
  }

  /** One write of a random kind. */
  async write(): Promise<void> {
    const { engine, random } = this;
    const log = random.chance(0.85) ? 'players' : 'tokens';
    const key = random.pick(KEYS);
    const dice = random.next();
    if (log === 'tokens' && dice < 0.15) {
      const id = this.#announce(log, 'replace', '');
      const { seq } = await engine.append(log, { op: 'SET', data: sentState(id) });
      tell('acknowledged', log, id, seq);
    } else if (dice < 0.2) {
      const id = this.#announce(log, 'delete', key);
      const { seq } = await engine.append(log, { op: 'DELETE', key });
      tell('acknowledged', log, id, seq);
    } else if (dice < 0.4 && this.#isOpen(log)) {
      await this.#update(log, key, random.chance(0.2));
    } else {
      const id = this.#announce(log, 'set', key);
      const meta = random.chance(0.1) ? { actor: 'test', reason: '"},{' } : undefined;
      const { seq } = await engine.append(log, { op: 'SET', key, value: sentValue(key, id) }, meta);
      tell('acknowledged', log, id, seq);
    }
  }

  async compactWhile(log: string, goesOn: () => boolean): Promise<void> {
    while (goesOn()) {
      const { outcome } = await this.engine.compact(log);
      if (outcome === 'compacted') tell('compacted', log);
      await delay(1);
    }
  }

  /** An update of a log not yet open announces itself behind writes that wait behind it, which would confuse the count. */
  #isOpen(log: string): boolean {
    return this.engine.logNames().includes(log);
  }

  async #update(log: string, key: string, deletes: boolean): Promise<void> {
    let id = -1;
    await this.engine.update<SentValue>(log, key, (current) => {
      // Whether taking away what is gone makes an entry is the engine's affair, so that it is not asked to.
      const taken = deletes && current !== undefined;
      id = this.#announce(log, taken ? 'delete' : 'update', key);
      return taken ? undefined : sentValue(key, id, countIn(current) + 1);
    });
    tell('acknowledged', log, id);
  }

  #announce(log: string, kind: WriteKind, key: string): number {
    const id = this.#nextId;
    this.#nextId += 1;
    tell('sent', log, id, kind, key, id);
    return id;
  }
}
