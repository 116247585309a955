/** A message with all that it ever was. */

import { type APIAttachment, type APIEmbed, type APIMessageTopLevelComponent, MessageFlags } from 'discord.js';
import type { FakeUser } from './people.js';

export interface FakeMessageVersion {
  content: string;
  embeds: APIEmbed[];
  components: APIMessageTopLevelComponent[];
  attachments: APIAttachment[];
  flags: number;
  /** When it came, in ms since 1970. */
  at: number;
}

/** The interaction that a message answers or follows up. */
export interface MessageOrigin {
  interactionId: string;
  interactionType: number;
  user: FakeUser;
  /** The message whose button was clicked, if one was. */
  source?: FakeMessage;
}

/** A component as sent, of any kind; only some have each field. */
export interface FakeComponent {
  type: number;
  custom_id?: string;
  label?: string;
  disabled?: boolean;
  required?: boolean;
  options?: { label: string; value: string }[];
  min_values?: number;
  max_values?: number;
  min_length?: number;
  max_length?: number;
}

/** A live view: its fields are those of the newest version. */
export class FakeMessage {
  readonly versions: FakeMessageVersion[];
  isDeleted = false;

  constructor(
    readonly id: string,
    readonly channelId: string,
    first: FakeMessageVersion,
    readonly origin?: MessageOrigin,
  ) {
    this.versions = [first];
  }

  get content(): string {
    return this.#newest.content;
  }

  get embeds(): APIEmbed[] {
    return this.#newest.embeds;
  }

  get components(): APIMessageTopLevelComponent[] {
    return this.#newest.components;
  }

  get attachments(): APIAttachment[] {
    return this.#newest.attachments;
  }

  get flags(): number {
    return this.#newest.flags;
  }

  get ephemeral(): boolean {
    return (this.flags & MessageFlags.Ephemeral) !== 0;
  }

  /** Whether it still says that the application is thinking. */
  get isLoading(): boolean {
    return (this.flags & MessageFlags.Loading) !== 0;
  }

  /** The button or menu of this id as it is now, wherever it is nested. */
  component(customId: string): FakeComponent | undefined {
    return componentsIn(this.components).find((component) => component.custom_id === customId);
  }

  get #newest(): FakeMessageVersion {
    return this.versions[this.versions.length - 1];
  }
}

/** Every component of a message or modal, in rows, sections, containers and labels. */
export function componentsIn(tree: readonly unknown[]): FakeComponent[] {
  return tree.flatMap((node) => {
    const { components = [], accessory, component } = node as Nesting;
    const inner = [...components, ...(accessory ? [accessory] : []), ...(component ? [component] : [])];
    return [node as FakeComponent, ...componentsIn(inner)];
  });
}

interface Nesting {
  components?: unknown[];
  accessory?: unknown;
  component?: unknown;
}
