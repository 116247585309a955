/** What a person typed after a slash, held against the registered command as the real client does. */

import { type APIApplicationCommand, ApplicationCommandOptionType as Type } from 'discord.js';
import type { OptionRules } from './commands.js';
import type { FakeUser } from './people.js';
import { memberShape, userShape } from './shapes.js';

export type CommandInput = Record<string, string | number | boolean | FakeUser>;

interface SentOption {
  type: Type;
  name: string;
  value?: string | number | boolean;
  options?: SentOption[];
}

/** The options of an INTERACTION_CREATE; `path` names the subcommand, if one is meant. Throws what the client would mark red. */
export function optionsOf(command: APIApplicationCommand, path: string[], input: CommandInput): SentOption[] {
  return nest((command.options ?? []) as OptionRules[], path, input, `/${[command.name, ...path].join(' ')}`);
}

/** The people that the input names, by id. */
export function resolvedOf(input: CommandInput) {
  const users = Object.values(input).filter((value): value is FakeUser => typeof value === 'object');
  if (users.length === 0) return undefined;
  return {
    users: Object.fromEntries(users.map((user) => [user.id, userShape(user)])),
    members: Object.fromEntries(users.map((user) => [user.id, { ...memberShape(), permissions: '0' }])),
  };
}

function nest(rules: OptionRules[], path: string[], input: CommandInput, title: string): SentOption[] {
  const [next, ...rest] = path;
  const nested = rules.find(({ type, name }) => isNested(type) && name === next);
  if (nested) {
    const options = nest((nested.options ?? []) as OptionRules[], rest, input, title);
    return [{ type: nested.type, name: nested.name, options }];
  }
  if (next !== undefined) throw new Error(`${title} is no subcommand that was registered.`);
  if (rules.some(({ type }) => isNested(type))) throw new Error(`${title} needs the name of a subcommand after it.`);
  return fill(rules, input, title);
}

function fill(rules: OptionRules[], input: CommandInput, title: string): SentOption[] {
  for (const name of Object.keys(input)) {
    if (!rules.some((rule) => rule.name === name)) throw new Error(`${title} has no option ${name}.`);
  }
  return rules.flatMap((rule) => {
    const given = input[rule.name];
    if (given === undefined && rule.required) throw new Error(`${title} needs the option ${rule.name}.`);
    if (given === undefined) return [];
    const wrong = fault(rule, given);
    if (wrong) throw new Error(`${title} ${rule.name}: ${wrong}`);
    return [{ type: rule.type, name: rule.name, value: typeof given === 'object' ? given.id : given }];
  });
}

function fault(rule: OptionRules, given: CommandInput[string]): string | undefined {
  switch (rule.type) {
    case Type.String:
      return typeof given === 'string' ? faultOfText(rule, given) : 'a text is asked for.';
    case Type.Integer:
      return Number.isSafeInteger(given) ? faultOfNumber(rule, given as number) : 'a whole number is asked for.';
    case Type.Number:
      return typeof given === 'number' && Number.isFinite(given)
        ? faultOfNumber(rule, given)
        : 'a number is asked for.';
    case Type.Boolean:
      return typeof given === 'boolean' ? undefined : 'True or False is asked for.';
    case Type.User:
      return typeof given === 'object' ? undefined : 'a user is asked for.';
    default:
      return `this fake does not know options of type ${rule.type}.`;
  }
}

function faultOfText(rule: OptionRules, given: string): string | undefined {
  const { min_length = 0, max_length = 6_000 } = rule;
  if (given.length < min_length || given.length > max_length) {
    return `must be ${min_length} to ${max_length} characters long, and is ${given.length}.`;
  }
  return faultOfChoice(rule, given);
}

function faultOfNumber(rule: OptionRules, given: number): string | undefined {
  const { min_value = -(2 ** 53), max_value = 2 ** 53 } = rule;
  if (given < min_value || given > max_value) return `must be ${min_value} to ${max_value}, and is ${given}.`;
  return faultOfChoice(rule, given);
}

function faultOfChoice({ choices }: OptionRules, given: string | number): string | undefined {
  if (!choices?.length || choices.some(({ value }) => value === given)) return undefined;
  return `must be one of ${choices.map(({ value }) => value).join(', ')}, and is ${given}.`;
}

function isNested(type: Type): boolean {
  return type === Type.Subcommand || type === Type.SubcommandGroup;
}
