/** What a person got to see for a command, a click or a submitted modal. */

import { InteractionResponseType as Answer, type APIEmbed, type APIMessageTopLevelComponent } from 'discord.js';
import type { FakeMessage } from './message.js';
import type { Watchers } from './watchers.js';

const SETTLES_WITHIN_MS = 5_000;

/** A modal on the screen of the one who clicked. */
export interface FakeModal {
  customId: string;
  title: string;
  /** As sent: rows or labels around text inputs and menus. */
  components: unknown[];
  /** The message whose button showed it, if one did. */
  source?: FakeMessage;
}

export interface ReplyState {
  content: string;
  embeds: APIEmbed[];
  components: APIMessageTopLevelComponent[];
  ephemeral: boolean;
  /** Whether the application is still thinking. */
  deferred: boolean;
  /** Whether the reply was deleted. */
  isDeleted: boolean;
  followUps: readonly FakeMessage[];
}

/** The fields are those of the first answer; see `latest()` for what became of it. */
export class FakeReply {
  readonly content: string;
  readonly embeds: APIEmbed[];
  readonly components: APIMessageTopLevelComponent[];
  readonly ephemeral: boolean;
  /** Whether the first answer was no more than a promise of one. */
  readonly deferred: boolean;
  readonly followUps: FakeMessage[] = [];
  readonly #versionsBefore: number;

  constructor(
    /** The type of the interaction callback: 4, 5, 6, 7 or 9. */
    readonly type: Answer,
    /** What `@original` is: the reply, or the message that was updated. */
    readonly message: FakeMessage | undefined,
    readonly modal: FakeModal | undefined,
    private readonly watchers: Watchers,
  ) {
    this.content = message?.content ?? '';
    this.embeds = message?.embeds ?? [];
    this.components = message?.components ?? [];
    this.ephemeral = message?.ephemeral ?? false;
    this.deferred = type === Answer.DeferredChannelMessageWithSource || type === Answer.DeferredMessageUpdate;
    this.#versionsBefore = message?.versions.length ?? 0;
  }

  /** The reply after edits and with all that followed. */
  latest(): ReplyState {
    const { message } = this;
    return {
      content: message?.content ?? '',
      embeds: message?.embeds ?? [],
      components: message?.components ?? [],
      ephemeral: message?.ephemeral ?? false,
      deferred: this.deferred && !this.#isSettled,
      isDeleted: message?.isDeleted ?? false,
      followUps: this.followUps,
    };
  }

  /** The reply once a deferred one was edited, deleted or followed up; at once for any other. Fails after `timeoutMs`. */
  settled({ timeoutMs = SETTLES_WITHIN_MS }: { timeoutMs?: number } = {}): Promise<ReplyState> {
    const look = () => (this.#isSettled ? this.latest() : undefined);
    return this.watchers.until('An edit of the deferred reply', look, timeoutMs);
  }

  get #isSettled(): boolean {
    const { message } = this;
    if (!this.deferred || !message || message.isDeleted || this.followUps.length > 0) return true;
    return message.versions.length > this.#versionsBefore;
  }
}
