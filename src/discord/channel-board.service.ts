import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { type GameEvent, type GamePhase, type GamePresenter, GameService, type GameView } from '../game/index.js';
import { InjectRepository, LogRepository } from '../storage/index.js';
import { CardQueue } from './card-queue.js';
import { DiscordClient } from './discord.client.js';
import { cardOf, cardsOf, type GameCard } from './game-card.js';
import { isLockedOut, isMessageGone, isPassing } from './rest-errors.js';
import { ChannelMessages, MESSAGES_KEPT, type SentMessage } from './sent-message.js';

/** Rooms of the play page have other ids. */
const CHANNEL_ID = /^\d{15,22}$/;
/** An announcement at shutdown may take this long. */
const LEAVING_MS = 4_000;

const RUNNING: ReadonlySet<GamePhase | undefined> = new Set(['starting', 'round', 'pause']);

interface KnownChannel {
  /** Undefined until the log was read. */
  sent?: SentMessage[];
  /** What the cards show, as JSON. */
  bodies: Map<string, string>;
}

/**
 * Shows each game in its channel: one message a round, which is edited to its result, and a podium. The ids of the
 * messages are in a log of their own, so that a process that comes back edits what the former one has posted.
 */
@Injectable()
export class ChannelBoard implements GamePresenter {
  private readonly logger = new Logger('Discord');
  private readonly queues = new Map<string, CardQueue>();
  /** Channels whose game runs, each with what is known of its messages. */
  private readonly channels = new Map<string, KnownChannel>();
  private readonly leaving = new AbortController();
  private readonly subscription: Subscription;
  private readonly withdraw: () => void;
  private open: () => void = () => {};
  /** Nothing is sent before the login; games that go on before it wait here. */
  private readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
  private isOpen = false;

  constructor(
    private readonly game: GameService,
    private readonly client: DiscordClient,
    @InjectRepository(ChannelMessages) private readonly messages: LogRepository<ChannelMessages>,
  ) {
    this.subscription = game.events().subscribe((event) => this.follow(event));
    this.withdraw = game.presentWith(this);
  }

  /** From now on the cards are sent, those first that were put before. */
  start(): void {
    this.isOpen = true;
    this.open();
  }

  /** Shows a round whose clock starts when this resolves. */
  async show(view: GameView): Promise<void> {
    // Without a connection nobody waits: the play page would be slowed down for nothing.
    if (!CHANNEL_ID.test(view.channelId) || !this.isOpen) return;
    const card = cardOf(view);
    if (card) await this.put(view.channelId, card);
  }

  /** Says in every channel with a game that it goes on after the restart, and sends nothing afterwards. */
  async leave(): Promise<void> {
    for (const channelId of this.channels.keys()) {
      // One that another process goes on with is not paused.
      const view = this.game.runs(channelId) ? this.game.view(channelId) : undefined;
      const card = view && (view.phase === 'round' || view.phase === 'pause') && cardOf(view, { isPaused: true });
      if (card) void this.put(channelId, card);
    }
    const late = new AbortController();
    const all = Promise.all([...this.queues.values()].map((queue) => queue.idle()));
    if (this.isOpen) {
      await Promise.race([all, sleep(LEAVING_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
    }
    late.abort();
    this.leaving.abort();
    this.subscription.unsubscribe();
    this.withdraw();
  }

  private follow(event: GameEvent): void {
    const { channelId } = event.view;
    // Whoever runs a game shows it.
    if (!CHANNEL_ID.test(channelId) || event.type === 'game-seen') return;
    const shown = Promise.all(cardsOf(event).map((card) => this.put(channelId, card)));
    if (event.type !== 'game-ended' && event.type !== 'game-stopped') return;
    const known = this.channels.get(channelId);
    void shown.then(() => {
      // The next game may have begun meanwhile.
      const isOver = !RUNNING.has(this.game.view(channelId)?.phase);
      if (isOver && this.channels.get(channelId) === known) this.channels.delete(channelId);
    });
  }

  private async put(channelId: string, card: GameCard): Promise<void> {
    const queue = this.queues.get(channelId) ?? this.newQueue(channelId);
    if (!this.channels.has(channelId)) this.channels.set(channelId, { bodies: new Map() });
    await queue.put(card);
    if (queue.isIdle && this.queues.get(channelId) === queue) this.queues.delete(channelId);
  }

  private newQueue(channelId: string): CardQueue {
    const queue = new CardQueue(
      {
        send: (card) => this.send(channelId, card),
        giveUp: (card, error) => this.giveUp(channelId, card, error),
        isPassing,
      },
      { signal: this.leaving.signal },
    );
    this.queues.set(channelId, queue);
    return queue;
  }

  private async send(channelId: string, card: GameCard): Promise<void> {
    await this.opened;
    const known = this.channels.get(channelId) ?? { bodies: new Map() };
    const text = JSON.stringify(card.body);
    // A clock that was set again within the same second changes nothing that can be seen.
    if (this.leaving.signal.aborted || known.bodies.get(card.key) === text) return;
    await this.editOrPost(channelId, card, known);
    known.bodies.delete(card.key);
    known.bodies.set(card.key, text);
    for (const key of known.bodies.keys()) if (known.bodies.size > MESSAGES_KEPT) known.bodies.delete(key);
  }

  private async editOrPost(channelId: string, { key, body }: GameCard, known: KnownChannel): Promise<void> {
    known.sent ??= (await this.messages.get(channelId))?.sent ?? [];
    const messageId = known.sent.find(({ card }) => card === key)?.messageId;
    if (messageId !== undefined) {
      try {
        return await this.client.edit(channelId, messageId, body);
      } catch (error) {
        if (!isMessageGone(error)) throw error;
      }
    }
    // A message that somebody deleted needs another nonce than the one which answers with the deleted one.
    const nonce = nonceOf(messageId === undefined ? key : `${key} after ${messageId}`);
    const posted = await this.client.post(channelId, body, nonce);
    await this.remember(channelId, known, { card: key, messageId: posted });
  }

  private async remember(channelId: string, known: KnownChannel, message: SentMessage): Promise<void> {
    const others = (known.sent ?? []).filter(({ card }) => card !== message.card);
    const sent = [...others, message].slice(-MESSAGES_KEPT);
    known.sent = sent;
    try {
      await this.messages.set(channelId, { sent }, { actor: 'discord', reason: 'message posted' });
    } catch (error) {
      // It is in memory; only a restart right now would post the message once more.
      this.logger.warn(`The id of a message in channel ${channelId} could not be saved: ${error}`);
    }
  }

  private giveUp(channelId: string, card: GameCard, error: unknown): void {
    if (this.leaving.signal.aborted) return;
    if (!isLockedOut(error)) {
      this.logger.warn(`A message in channel ${channelId} (${card.key}) could not be shown: ${error}`);
      return;
    }
    this.logger.warn(`The bot may not write in channel ${channelId} any more: ${error}. Its game is stopped.`);
    const host = this.game.view(channelId)?.host;
    if (!host) return;
    // Nobody could answer what nobody sees. Over already is as good.
    this.game.stopGame(channelId, { userId: host.userId, mayManage: true }).catch(() => undefined);
  }
}

/** Discord answers a second post of the same nonce with the first message: a kill between the two posts nothing twice. */
function nonceOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 25);
}
