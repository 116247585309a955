/** Users, guilds, channels and every version of every message; whoever listens hears what the gateway tells. */

import { type APIAttachment, type APIEmbed, type APIMessageTopLevelComponent, MessageFlags } from 'discord.js';
import { FakeMessage, type FakeMessageVersion, type MessageOrigin } from './message.js';
import { BOT_PERMISSIONS, type ChannelOptions, type FakeChannel, type FakeGuild, type FakeUser } from './people.js';
import { channelShape, guildShape, memberShape, messageShape } from './shapes.js';
import { Snowflakes } from './snowflake.js';
import { Watchers } from './watchers.js';

/** What a bot sends for a message, as it comes over REST. */
export interface MessageBody {
  content?: string | null;
  embeds?: APIEmbed[] | null;
  components?: APIMessageTopLevelComponent[] | null;
  flags?: number;
  attachments?: { id: string | number; filename?: string; description?: string }[] | null;
}

export interface UploadedFile {
  /** The number in `files[0]`. */
  index: string;
  name: string;
  contentType: string;
  bytes: Buffer;
}

/** Name, guild and payload of a gateway event. */
type Tell = (event: string, guildId: string, payload: object) => void;

export class World {
  readonly watchers = new Watchers();
  readonly snowflakes = new Snowflakes();
  readonly bot: FakeUser;
  readonly users = new Map<string, FakeUser>();
  readonly guilds = new Map<string, FakeGuild & { channels: FakeChannel[] }>();
  readonly channels = new Map<string, FakeChannel>();
  readonly files = new Map<string, UploadedFile>();
  readonly #messages = new Map<string, FakeMessage>();
  readonly #listeners: Tell[] = [];

  /** `filesUrl` is where uploaded files can be fetched. */
  constructor(private readonly filesUrl: () => string) {
    this.bot = this.#addUser('quiz-bot', true);
  }

  onEvent(listener: Tell): void {
    this.#listeners.push(listener);
  }

  user(name: string): FakeUser {
    const known = [...this.users.values()].find(({ globalName, isBot }) => globalName === name && !isBot);
    return known ?? this.#addUser(name, false);
  }

  guild(name: string): FakeGuild {
    const known = [...this.guilds.values()].find((guild) => guild.name === name);
    if (known) return known;
    const id = this.snowflakes.next();
    const channel = (channelName: string, options?: ChannelOptions) => this.#channelIn(guild, channelName, options);
    const guild = { id, name, channels: [] as FakeChannel[], channel };
    this.guilds.set(id, guild);
    this.#tell('GUILD_CREATE', id, guildShape(guild, this.bot));
    return guild;
  }

  /** Those that everybody in the channel sees, oldest first. */
  messagesIn(channelId: string): FakeMessage[] {
    return [...this.#messages.values()].filter(
      (message) => message.channelId === channelId && !message.isDeleted && !message.ephemeral,
    );
  }

  /** Undefined for a message that is not there any more. */
  message(id: string): FakeMessage | undefined {
    const message = this.#messages.get(id);
    return message?.isDeleted ? undefined : message;
  }

  post(channelId: string, body: MessageBody, files: UploadedFile[], origin?: MessageOrigin): FakeMessage {
    const id = this.snowflakes.next();
    const attachments = this.#attach(channelId, body, files, []);
    const first: FakeMessageVersion = {
      content: body.content ?? '',
      embeds: this.#withFiles(body.embeds ?? [], attachments),
      components: body.components ?? [],
      attachments,
      flags: body.flags ?? 0,
      at: Date.now(),
    };
    const message = new FakeMessage(id, channelId, first, origin);
    this.#messages.set(id, message);
    this.#announce('MESSAGE_CREATE', message);
    return message;
  }

  /** Fields that the body leaves out stay as they are; a message that was thinking has thought. */
  edit(message: FakeMessage, body: MessageBody, files: UploadedFile[]): void {
    const attachments = this.#attach(message.channelId, body, files, message.attachments);
    const suppressing = (body.flags ?? message.flags) & MessageFlags.SuppressEmbeds;
    const kept = message.flags & ~(MessageFlags.Loading | MessageFlags.SuppressEmbeds);
    const layout = (body.flags ?? 0) & MessageFlags.IsComponentsV2;
    message.versions.push({
      content: body.content === undefined ? message.content : (body.content ?? ''),
      embeds: body.embeds === undefined ? message.embeds : this.#withFiles(body.embeds ?? [], attachments),
      components: body.components === undefined ? message.components : (body.components ?? []),
      attachments,
      flags: kept | suppressing | layout,
      at: Date.now(),
    });
    this.#announce('MESSAGE_UPDATE', message);
  }

  delete(message: FakeMessage): void {
    message.isDeleted = true;
    const { guildId } = this.channelOf(message);
    const payload = { id: message.id, channel_id: message.channelId, guild_id: guildId };
    if (!message.ephemeral) this.#tell('MESSAGE_DELETE', guildId, payload);
    this.watchers.lookAgain();
  }

  channelOf(message: FakeMessage): FakeChannel {
    const channel = this.channels.get(message.channelId);
    if (!channel) throw new Error(`Message ${message.id} is in no channel of this Discord.`);
    return channel;
  }

  #addUser(name: string, isBot: boolean): FakeUser {
    const username = name.toLowerCase().replace(/[^a-z0-9_.]+/g, '_');
    const user: FakeUser = { id: this.snowflakes.next(), username, globalName: isBot ? null : name, isBot };
    this.users.set(user.id, user);
    return user;
  }

  #channelIn(guild: FakeGuild & { channels: FakeChannel[] }, name: string, options: ChannelOptions = {}): FakeChannel {
    const known = guild.channels.find((channel) => channel.name === name);
    const { botPermissions = known?.botPermissions ?? BOT_PERMISSIONS } = options;
    if (known?.botPermissions === botPermissions) return known;
    if (known) throw new Error(`Channel ${name} of ${guild.name} is there already, with other permissions.`);
    const channel = { id: this.snowflakes.next(), name, guildId: guild.id, botPermissions };
    guild.channels.push(channel);
    this.channels.set(channel.id, channel);
    this.#tell('CHANNEL_CREATE', guild.id, channelShape(channel, this.bot.id));
    return channel;
  }

  /** Of those before, the ones that the body still lists (all if it lists none), and the uploaded ones. */
  #attach(channelId: string, body: MessageBody, files: UploadedFile[], before: APIAttachment[]): APIAttachment[] {
    const listed = body.attachments?.map(({ id }) => String(id));
    const kept = listed || body.attachments === null ? before.filter(({ id }) => listed?.includes(id)) : before;
    return [...kept, ...files.map((file) => this.#store(channelId, file))];
  }

  #store(channelId: string, file: UploadedFile): APIAttachment {
    const id = this.snowflakes.next();
    const path = `${channelId}/${id}/${encodeURIComponent(file.name)}`;
    this.files.set(path, file);
    const url = `${this.filesUrl()}/${path}`;
    const { name: filename, contentType: content_type } = file;
    return { id, filename, content_type, size: file.bytes.length, url, proxy_url: url };
  }

  /** A picture named `attachment://file.png` gets the address of the file. */
  #withFiles(embeds: APIEmbed[], attachments: APIAttachment[]): APIEmbed[] {
    const text = JSON.stringify(embeds).replace(/"attachment:\/\/([^"]+)"/g, (whole, name) => {
      const attachment = attachments.find(({ filename }) => filename === name);
      return attachment ? JSON.stringify(attachment.url) : whole;
    });
    return JSON.parse(text);
  }

  /** What only one person sees is told to nobody. */
  #announce(event: string, message: FakeMessage): void {
    const { guildId } = this.channelOf(message);
    const payload = { ...messageShape(message, this.bot), guild_id: guildId, member: memberShape() };
    if (!message.ephemeral) this.#tell(event, guildId, payload);
    this.watchers.lookAgain();
  }

  #tell(event: string, guildId: string, payload: object): void {
    for (const listener of this.#listeners) listener(event, guildId, payload);
  }
}
