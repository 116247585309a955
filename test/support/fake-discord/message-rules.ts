/** What a message may hold: the limits that Discord documents, refused as it refuses them. */

import { type APIEmbed, ButtonStyle, ComponentType, MessageFlags } from 'discord.js';
import { invalidForm, refusals } from './api-error.js';
import { componentsIn, type FakeComponent } from './message.js';
import type { MessageBody } from './world.js';

const MAX_CONTENT = 2_000;
const MAX_EMBEDS = 10;
const MAX_EMBED_CHARACTERS = 6_000;
const MAX_ROWS = 5;
const MAX_ROW_WIDTH = 5;
const MAX_MENU_OPTIONS = 25;
const MAX_FIELDS = 25;
const MAX_CUSTOM_ID = 100;
const MAX_LABEL = 80;

/** Throws an ApiError of code 50035, or 50006 if nothing is left to be shown. */
export function checkMessage(body: MessageBody, fileCount: number): void {
  const { content, embeds, components } = body;
  const isLayout = ((body.flags ?? 0) & MessageFlags.IsComponentsV2) !== 0;
  checkLength('content', content ?? '', 0, MAX_CONTENT);
  checkEmbeds(embeds ?? []);
  checkComponents(components ?? [], isLayout);
  if (isLayout && (content || embeds?.length)) {
    throw invalidForm('content', 'The flag IS_COMPONENTS_V2 cannot be used with content or embeds.');
  }
  if (!content && !embeds?.length && !components?.length && fileCount === 0) throw refusals.emptyMessage();
}

export function checkLength(place: string, text: unknown, min: number, max: number): void {
  if (typeof text !== 'string') throw invalidForm(place, 'Must be a string.');
  if (text.length < min && max > min) throw invalidForm(place, `Must be between ${min} and ${max} in length.`);
  if (text.length > max) throw invalidForm(place, `Must be ${max} or fewer in length.`);
}

/** A custom id must be there, be short, and be the only one of its name. */
export function checkCustomIds(place: string, tree: readonly unknown[]): void {
  const seen = new Set<string>();
  for (const { type, custom_id } of componentsIn(tree).filter(hasCustomId)) {
    checkLength(`${place}.custom_id`, custom_id, 1, MAX_CUSTOM_ID);
    if (seen.has(custom_id ?? '')) {
      throw invalidForm(`${place}.custom_id`, `Component custom id cannot be duplicated (type ${type}).`);
    }
    seen.add(custom_id ?? '');
  }
}

function checkEmbeds(embeds: APIEmbed[]): void {
  if (embeds.length > MAX_EMBEDS) throw invalidForm('embeds', `Must be ${MAX_EMBEDS} or fewer in length.`);
  let characters = 0;
  embeds.forEach((embed, i) => {
    for (const [place, text, min, max] of textsOf(embed)) {
      checkLength(`embeds.${i}.${place}`, text, min, max);
      characters += text.length;
    }
    if ((embed.fields?.length ?? 0) > MAX_FIELDS) {
      throw invalidForm(`embeds.${i}.fields`, `Must be ${MAX_FIELDS} or fewer in length.`);
    }
    for (const kind of ['image', 'thumbnail'] as const) checkUrl(`embeds.${i}.${kind}.url`, embed[kind]?.url);
  });
  if (characters > MAX_EMBED_CHARACTERS) throw invalidForm('embeds', 'Embed size exceeds maximum size of 6000.');
}

function textsOf(embed: APIEmbed): [place: string, text: string, min: number, max: number][] {
  return [
    ['title', embed.title ?? '', 0, 256],
    ['description', embed.description ?? '', 0, 4_096],
    ['footer.text', embed.footer?.text ?? '', 0, 2_048],
    ['author.name', embed.author?.name ?? '', 0, 256],
    ...(embed.fields ?? []).flatMap(({ name, value }, i): [string, string, number, number][] => [
      [`fields.${i}.name`, name, 1, 256],
      [`fields.${i}.value`, value, 1, 1_024],
    ]),
  ];
}

function checkUrl(place: string, url: string | undefined): void {
  if (url !== undefined && !/^(https?|attachment):\/\/\S+$/.test(url)) {
    throw invalidForm(place, `Scheme must be one of ('http', 'https', 'attachment'), not in ${JSON.stringify(url)}.`);
  }
}

function checkComponents(components: readonly { type: number }[], isLayout: boolean): void {
  if (!isLayout && components.length > MAX_ROWS) {
    throw invalidForm('components', `Must be ${MAX_ROWS} or fewer in length.`);
  }
  components.forEach((component, i) => {
    const place = `components.${i}`;
    if (component.type === ComponentType.ActionRow) checkRow(place, component as { components?: FakeComponent[] });
    else if (!isLayout) throw invalidForm(`${place}.type`, 'Only action rows stand in a message of this kind.');
  });
  checkCustomIds('components', components);
}

function checkRow(place: string, { components = [] }: { components?: FakeComponent[] }): void {
  if (components.length < 1 || components.length > MAX_ROW_WIDTH) {
    throw invalidForm(`${place}.components`, `Must be between 1 and ${MAX_ROW_WIDTH} in length.`);
  }
  components.forEach((component, i) => {
    const at = `${place}.components.${i}`;
    if (component.type === ComponentType.Button) checkButton(at, component);
    else if (components.length > 1) throw invalidForm(at, 'A menu takes a whole row.');
    else if (component.type === ComponentType.StringSelect) checkMenu(at, component);
  });
}

function checkButton(place: string, { label, ...rest }: FakeComponent): void {
  const { emoji, style, sku_id } = rest as { emoji?: object; style?: number; sku_id?: string };
  checkLength(`${place}.label`, label ?? '', 0, MAX_LABEL);
  if (!label && !emoji && !sku_id) throw invalidForm(`${place}.label`, 'A button must have a label or an emoji.');
  if (style === undefined) throw invalidForm(`${place}.style`, 'This field is required.');
}

function checkMenu(place: string, { options = [] }: FakeComponent): void {
  if (options.length < 1 || options.length > MAX_MENU_OPTIONS) {
    throw invalidForm(`${place}.options`, `Must be between 1 and ${MAX_MENU_OPTIONS} in length.`);
  }
  if (new Set(options.map(({ value }) => value)).size < options.length) {
    throw invalidForm(`${place}.options`, 'The specified option value is already used.');
  }
}

/** All but rows, links, texts and other things that nobody answers. */
function hasCustomId(component: FakeComponent): boolean {
  const { style } = component as { style?: number };
  if (component.type === ComponentType.Button) return style !== ButtonStyle.Link && style !== ButtonStyle.Premium;
  return component.type >= ComponentType.StringSelect && component.type <= ComponentType.ChannelSelect;
}
