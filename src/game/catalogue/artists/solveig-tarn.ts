import type { Artist } from '../artist.js';
import { ramp } from '../color.js';
import { Random } from '../random.js';
import { Pen, type Point, path, Sheet } from '../svg.js';

/** Hundreds of straight hairlines strung between two moving points; their edges become silk. */

interface Palette {
  name: string;
  ground: string;
  threads: readonly string[];
}

const PALETTES: readonly Palette[] = [
  { name: 'aurora', ground: '#0a1420', threads: ['#3ef2b0', '#39a0ed', '#8e5bd6', '#f26bb5'] },
  { name: 'oyster', ground: '#f4f0ea', threads: ['#2b3a55', '#7b5e7b', '#ce7777', '#e8a87c'] },
  { name: 'furnace', ground: '#160c0a', threads: ['#fff1c1', '#ffb347', '#f2542d', '#9b1d42'] },
  { name: 'fjord', ground: '#e9f0f2', threads: ['#0b2545', '#13557b', '#2a9d8f', '#7fb069'] },
  { name: 'orchid', ground: '#1a0f24', threads: ['#ffd6e8', '#ff7eb6', '#a56eff', '#4589ff'] },
  { name: 'graphite', ground: '#efece6', threads: ['#1b1b1d', '#55504d', '#1b1b1d', '#b0413e'] },
];

function plan(seed: string) {
  const random = new Random(`strings ${seed}`);
  return { random, palette: random.pick(PALETTES), form: random.pick(['wing', 'wing', 'knot', 'bloom'] as const) };
}

type Path = (t: number) => Point;

/** A point that swings at two speeds at once, as the tip of a double pendulum drawing on sand. */
function swing(random: Random, form: ReturnType<typeof plan>['form'], reach: number): Path {
  const p = (): number => random.range(0, Math.PI * 2);
  const [a, b, c, d] = [p(), p(), p(), p()];
  if (form === 'bloom') {
    const petals = random.pick([3, 4, 5, 6, 7]);
    const depth = random.range(0.2, 0.55);
    const start = a;
    return (t) => {
      const angle = t * Math.PI * 2 + start;
      const r = reach * (1 - depth + depth * Math.cos(petals * angle + b));
      return [400 + Math.cos(angle) * r, 400 + Math.sin(angle) * r];
    };
  }
  const [m, n] =
    form === 'knot'
      ? random.pick([
          [2, 3],
          [3, 4],
          [3, 2],
          [1, 3],
        ] as const)
      : random.pick([
          [1, 2],
          [1, 1],
          [2, 1],
        ] as const);
  return (t) => {
    const s = t * Math.PI * 2;
    return [
      400 + reach * (0.78 * Math.sin(m * s + a) + 0.22 * Math.sin((m + 1) * s + c)),
      400 + reach * (0.78 * Math.sin(n * s + b) + 0.22 * Math.cos((n + 2) * s + d)),
    ];
  };
}

function draw(seed: string): string {
  const { random, palette, form } = plan(seed);
  const veils = form === 'knot' ? 1 : random.pick([1, 1, 2]);
  const sheet = new Sheet(`strings ${seed}`, palette.ground);
  const groups = 26;
  for (let veil = 0; veil < veils; veil++) {
    const one = swing(random, form, random.range(300, 350));
    const two = swing(random, form, form === 'bloom' ? random.range(60, 190) : random.range(190, 335));
    const lag = form === 'bloom' ? random.range(0.08, 0.3) : random.range(0, 0.2);
    const lines = Math.round(620 / (0.5 + veils * 0.5));
    const shift = random.range(-0.2, 0.35);
    for (let g = 0; g < groups; g++) {
      const pen = new Pen();
      for (let i = Math.floor((g * lines) / groups); i < Math.floor(((g + 1) * lines) / groups); i++) {
        const t = i / lines;
        pen.move(...one(t)).line(...two(t + lag));
      }
      const along = 1 - Math.abs((g / groups) * 2 - 1);
      sheet.add(
        path(pen.toString(), {
          stroke: ramp(palette.threads, along * 0.9 + shift),
          'stroke-width': 1.3,
          'stroke-opacity': 0.7,
        }),
      );
    }
    for (const [trace, offset] of [
      [one, 0],
      [two, lag],
    ] as const) {
      const points = Array.from({ length: 121 }, (_, i) => trace(i / 120 + offset));
      sheet.add(
        path(new Pen().curve(points).toString(), {
          fill: 'none',
          stroke: ramp(palette.threads, 0.1 + shift),
          'stroke-width': 1.6,
          'stroke-opacity': 0.8,
        }),
      );
    }
  }
  return sheet.toString();
}

const FIRST = [
  'Held',
  'Breath',
  'Cantus',
  'Long Vowel',
  'Overtone',
  'Sleep',
  'Rest',
  'Glass Air',
  'Undertone',
  'Slow Turn',
];
const LAST = [
  'in E',
  'at 4 a.m.',
  'for One String',
  'without Wind',
  'over Ice',
  'in Two Parts',
  'for Leaving',
  'under Water',
  'on an Exhale',
  'in Thin Light',
];

export const solveigTarn: Artist = {
  address: 'tz1SoLveigTarnStrings620threads8FwJz',
  displayName: 'Solveig Tarn',
  bio: 'Tuned harps until she went deaf, then began to draw them. Uses only straight lines.',
  draw,
  title(seed) {
    const random = new Random(`title ${seed}`);
    return `${random.pick(FIRST)} ${random.pick(LAST)}`;
  },
  describe(seed) {
    const { palette, form } = plan(seed);
    return `Straight hairlines that lean into a ${form}. Light: ${palette.name}.`;
  },
};
