/** Every way in which a call can fail: which calls, with which code, once or for a while, before or amid a write. */
import type { Random } from '../../../support/random.js';
import type { CallKind, PlannedFault } from './injection.js';

/** A fault but for the k. */
export interface Ailment extends Omit<PlannedFault, 'k'> {
  name: string;
  /** Tried in every place of every written program, each time; the others in drawn programs and in long runs. */
  everywhere: boolean;
}

export const CHANGES = [
  'open',
  'write',
  'sync',
  'rename',
  'link',
  'truncate',
  'remove',
  'syncDirectory',
  'makeDirectory',
] as const;
const LOOKS = ['list', 'readFile', 'fileSize', 'read', 'readSync', 'size', 'isSameFile'] as const;

const CODES: Partial<Record<CallKind, readonly string[]>> = {
  open: ['EIO', 'ENOSPC', 'EROFS', 'EMFILE', 'EACCES'],
  write: ['EIO', 'ENOSPC', 'EDQUOT'],
  sync: ['EIO', 'ENOSPC'],
  rename: ['EIO', 'ENOSPC'],
  link: ['EIO', 'ENOSPC', 'EPERM'],
  truncate: ['EIO', 'ENOSPC'],
  remove: ['EIO', 'EROFS'],
  syncDirectory: ['EIO', 'ENOSPC'],
  makeDirectory: ['EIO', 'ENOSPC'],
  tryLock: ['ENOLCK'],
};

const FOR_A_WHILE = 3;
const UNTIL_WELL = Number.POSITIVE_INFINITY;

/** Bytes of a failing write that arrive all the same. */
const SHORT: [string, (length: number) => number][] = [
  ['1 byte', () => 1],
  ['half', (length) => length >> 1],
  ['all but 1 byte', (length) => length - 1],
  ['every byte', (length) => length],
];

function ofOneKind(kind: CallKind): Ailment[] {
  const kinds = [kind];
  return (CODES[kind] ?? ['EIO']).flatMap((code, i, codes): Ailment[] => [
    { name: `${kind} ${code}`, kinds, code, times: 1, everywhere: i === 0 },
    { name: `${kind} ${code}, ${FOR_A_WHILE} times`, kinds, code, times: FOR_A_WHILE, everywhere: false },
    {
      name: `${kind} ${code}, until well`,
      kinds,
      code,
      times: UNTIL_WELL,
      everywhere: i === Math.min(1, codes.length - 1),
    },
  ]);
}

const shortWrites = ['EIO', 'ENOSPC'].flatMap((code) =>
  SHORT.flatMap(([bytes, short]): Ailment[] => [
    { name: `write ${code} after ${bytes}`, kinds: ['write'], code, times: 1, short, everywhere: code === 'EIO' },
    {
      name: `write ${code} after ${bytes}, until well`,
      kinds: ['write'],
      code,
      times: UNTIL_WELL,
      short,
      everywhere: false,
    },
  ]),
);

const whole = (name: string, kinds: readonly CallKind[], code: string, everywhere = false): Ailment[] => [
  { name: `${name} ${code}, until well`, kinds, code, times: UNTIL_WELL, everywhere: false },
  {
    name: `${name} ${code} after half, until well`,
    kinds,
    code,
    times: UNTIL_WELL,
    short: (length) => length >> 1,
    everywhere,
  },
];

/** A disk that dies, that turns read-only after an error, that is full: not one kind of call fails then, but many. */
const DISEASES: Ailment[] = [
  ...whole('every call', [...CHANGES, ...LOOKS, 'close'], 'EIO'),
  ...whole('every change', CHANGES, 'EROFS', true),
  ...whole('whatever takes room', ['open', 'write', 'link', 'rename', 'makeDirectory'], 'ENOSPC', true),
  ...whole('write and truncate', ['write', 'truncate'], 'EIO'),
  ...whole('write and remove', ['write', 'sync', 'remove'], 'EIO'),
  ...whole('write and close', ['write', 'close'], 'EIO'),
];

const lateAnswers = (['rename', 'link', 'remove'] as const).map(
  (kind): Ailment => ({
    name: `${kind} done, answered EIO`,
    kinds: [kind],
    code: 'EIO',
    times: 1,
    late: true,
    everywhere: true,
  }),
);

export const AILMENTS: readonly Ailment[] = [
  ...[...CHANGES, ...LOOKS, 'close' as const, 'tryLock' as const].flatMap(ofOneKind),
  ...shortWrites,
  ...lateAnswers,
  ...DISEASES,
];

/** Calls that a drawn program makes, more or less. */
const CALLS = 60;

/** Of most kinds there are few calls in a program, so most ks are small. */
export function drawnFault(random: Random): PlannedFault & Ailment {
  return { ...random.pick(AILMENTS), k: 1 + random.below(CALLS >> random.below(5)) };
}
