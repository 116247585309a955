import type { Artist } from '../artist.js';
import { mix, shade } from '../color.js';
import { cycle, Random } from '../random.js';
import { circle, element, group, Pen, path, rect, Sheet } from '../svg.js';

/** Charts of systems nobody has observed: orbits, graduated arcs, shaded worlds, a few fixed stars. */

interface Palette {
  name: string;
  ground: string;
  deep: string;
  line: string;
  worlds: readonly string[];
}

const PALETTES: readonly Palette[] = [
  {
    name: 'gold leaf on midnight',
    ground: '#0f1630',
    deep: '#1c2750',
    line: '#d8b65c',
    worlds: ['#e9c46a', '#e76f51', '#7fb7be', '#f4ead5', '#8d6a9f'],
  },
  {
    name: 'school atlas',
    ground: '#f1e6cc',
    deep: '#e6d5ae',
    line: '#4a3b2a',
    worlds: ['#c8553d', '#588b8b', '#e0a458', '#2d3047', '#93b7be'],
  },
  {
    name: 'blueprint',
    ground: '#123a63',
    deep: '#1a4a7a',
    line: '#e4eef5',
    worlds: ['#ffffff', '#8fc1e3', '#f2b134', '#ed553b', '#a8d5ba'],
  },
  {
    name: 'oxidised copper',
    ground: '#123331',
    deep: '#1c4a46',
    line: '#e3c9a0',
    worlds: ['#d98e5f', '#7fc8a9', '#f3e1bc', '#c8553d', '#4f9d9d'],
  },
  {
    name: 'rose observatory',
    ground: '#f3dad2',
    deep: '#ecc7bf',
    line: '#5b2333',
    worlds: ['#5b2333', '#f28f3b', '#f7f4f3', '#588b8b', '#c8553d'],
  },
  {
    name: 'lamp black',
    ground: '#141416',
    deep: '#202024',
    line: '#cfcac0',
    worlds: ['#f5f1e8', '#d1495b', '#e9b44c', '#6f9fb5', '#8d8a84'],
  },
];

function plan(seed: string) {
  const random = new Random(`orbits ${seed}`);
  return {
    random,
    palette: random.pick(PALETTES),
    // Face on, a system is circles; seen from the side the same circles flatten.
    squash: random.pick([1, 1, 0.62, 0.42, 0.3]),
    tilt: random.pick([0, -18, 24, -32, 38]),
    orbits: random.int(6, 10),
    centre: random.pick([
      [400, 400],
      [400, 400],
      [300, 470],
      [530, 330],
    ] as const),
  };
}

function sky(sheet: Sheet, palette: Palette, random: Random): void {
  const stars = new Pen();
  for (let i = 0; i < 130; i++) stars.dot(random.range(20, 780), random.range(20, 780));
  sheet.add(
    path(stars.toString(), {
      stroke: palette.line,
      'stroke-width': 1.6,
      'stroke-linecap': 'round',
      'stroke-opacity': 0.5,
    }),
  );
  for (let k = 0; k < 2; k++) {
    const lines = new Pen();
    const nodes = new Pen();
    let x = random.pick([90, 640]) + random.range(-20, 20);
    let y = k === 0 ? random.range(70, 140) : random.range(660, 720);
    lines.move(x, y);
    nodes.dot(x, y);
    for (let i = 0; i < 4; i++) {
      x += random.range(14, 40) * (x > 700 ? -1 : 1);
      y = Math.max(40, Math.min(760, y + random.range(-42, 42)));
      lines.line(x, y);
      nodes.dot(x, y);
    }
    sheet.add(
      path(lines.toString(), { fill: 'none', stroke: palette.line, 'stroke-width': 0.9, 'stroke-opacity': 0.6 }),
    );
    sheet.add(path(nodes.toString(), { stroke: palette.line, 'stroke-width': 6, 'stroke-linecap': 'round' }));
  }
}

/** A world: lit disc, bands or craters, the night side, and sometimes a ring that passes in front. */
function world(
  sheet: Sheet,
  x: number,
  y: number,
  r: number,
  color: string,
  sunAngle: number,
  palette: Palette,
  random: Random,
): void {
  const clip = sheet.clip(circle(x, y, r, {}));
  const marks: string[] = [circle(x, y, r, { fill: color })];
  const kind = random.pick(['bands', 'craters', 'plain', 'caps']);
  if (kind === 'bands') {
    for (let k = -3; k <= 3; k++)
      marks.push(
        rect(x - r, y + (k / 3.5) * r, r * 2, r * random.range(0.06, 0.18), {
          fill: k % 2 === 0 ? shade(color, -0.22) : shade(color, 0.25),
        }),
      );
  } else if (kind === 'craters') {
    for (let k = 0; k < 8; k++)
      marks.push(
        circle(x + random.range(-r, r), y + random.range(-r, r), r * random.range(0.08, 0.26), {
          fill: shade(color, -0.2),
          'fill-opacity': 0.7,
        }),
      );
  } else if (kind === 'caps') {
    marks.push(
      circle(x, y - r * 1.25, r * 0.75, { fill: shade(color, 0.5) }),
      circle(x, y + r * 1.3, r * 0.65, { fill: shade(color, 0.5) }),
    );
  }
  const away = r * 0.5;
  const night = new Pen()
    .ring(x, y, r * 1.6)
    .ring(x + Math.cos(sunAngle) * away, y + Math.sin(sunAngle) * away, r * 1.12);
  marks.push(path(night.toString(), { fill: '#000', 'fill-opacity': 0.38, 'fill-rule': 'evenodd' }));
  const ringed = r > 20 && random.chance(0.4);
  const rings = (half: boolean): string => {
    const parts = [1.55, 1.75, 2.02].map((k, i) => {
      const d = half
        ? `M${-r * k} 0A${r * k} ${r * k * 0.3} 0 0 0 ${r * k} 0`
        : `M${-r * k} 0A${r * k} ${r * k * 0.3} 0 0 1 ${r * k} 0`;
      return path(
        d.replace(/-?\d+\.\d+/g, (v) => Number(v).toFixed(1)),
        { fill: 'none', stroke: i === 1 ? color : palette.line, 'stroke-width': i === 1 ? r * 0.16 : 1.4 },
      );
    });
    return group({ transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(-20)` }, parts);
  };
  if (ringed) sheet.add(rings(false));
  sheet.add(
    group({ 'clip-path': clip }, marks),
    circle(x, y, r, { fill: 'none', stroke: palette.line, 'stroke-width': 1.2 }),
  );
  if (ringed) sheet.add(rings(true));
}

function sun(sheet: Sheet, x: number, y: number, r: number, palette: Palette, random: Random): void {
  const color = cycle(palette.worlds, 0);
  const rays = new Pen();
  const n = random.pick([16, 24, 32, 48]);
  for (let k = 0; k < n; k++) {
    const a = (k / n) * Math.PI * 2;
    const far = k % 2 === 0 ? r * 1.62 : r * 1.36;
    const half = (Math.PI / n) * 0.5;
    rays.polygon([
      [x + Math.cos(a - half) * r * 1.14, y + Math.sin(a - half) * r * 1.14],
      [x + Math.cos(a) * far, y + Math.sin(a) * far],
      [x + Math.cos(a + half) * r * 1.14, y + Math.sin(a + half) * r * 1.14],
    ]);
  }
  sheet.add(
    circle(x, y, r * 3, {
      fill: sheet.glow([
        [0, color, 0.5],
        [1, color, 0],
      ]),
    }),
  );
  sheet.add(
    path(rays.toString(), { fill: color }),
    circle(x, y, r, { fill: color }),
    circle(x, y, r * 0.78, { fill: 'none', stroke: palette.ground, 'stroke-width': 1.4 }),
  );
  const spiral = new Pen();
  for (let k = 1; k < 4; k++) spiral.ring(x, y, r * 0.2 * k - r * 0.06);
  sheet.add(
    path(spiral.toString(), { fill: 'none', stroke: palette.ground, 'stroke-width': 1, 'stroke-opacity': 0.7 }),
  );
}

function draw(seed: string): string {
  const { random, palette, squash, tilt, orbits, centre } = plan(seed);
  const [cx, cy] = centre;
  const sheet = new Sheet(`orbits ${seed}`, palette.ground);
  sheet.add(
    circle(cx, cy, 560, {
      fill: sheet.glow([
        [0, palette.deep, 1],
        [0.7, palette.deep, 0.7],
        [1, palette.ground, 0],
      ]),
    }),
  );
  sky(sheet, palette, random);
  // Orbits may leave the chart; their ink may not.
  sheet.add(`<g clip-path="${sheet.clip('<path d="M26 26h748v748h-748z"/>')}">`);
  const turn = (tilt * Math.PI) / 180;
  const at = (r: number, a: number): [number, number] => {
    const ex = Math.cos(a) * r;
    const ey = Math.sin(a) * r * squash;
    return [cx + ex * Math.cos(turn) - ey * Math.sin(turn), cy + ex * Math.sin(turn) + ey * Math.cos(turn)];
  };
  const sunR = random.range(30, 58) * (0.6 + squash * 0.4);
  const largest = 330 + (cx === 400 ? 0 : 150);
  const worlds: (() => void)[] = [];
  const first = random.range(0, Math.PI * 2);
  let r = sunR * 1.9 + 14;
  const step = (largest - r) / (orbits - 1);
  for (let k = 0; k < orbits; k++, r += step) {
    const style = random.pick(['line', 'line', 'double', 'dots', 'ticks', 'arc']);
    const arc = (from: number, to: number, radius: number): string => {
      const pen = new Pen();
      const n = Math.max(8, Math.ceil(((to - from) * radius) / 26));
      return pen.curve(Array.from({ length: n + 1 }, (_, i) => at(radius, from + ((to - from) * i) / n))).toString();
    };
    const stroke = { fill: 'none', stroke: palette.line };
    sheet.add(
      path(arc(0, Math.PI * 2, r), {
        ...stroke,
        'stroke-width': style === 'line' ? 2.4 : 1.6,
        'stroke-opacity': 0.9,
        'stroke-dasharray': style === 'dots' ? '2 9' : undefined,
        'stroke-linecap': 'round',
      }),
    );
    if (style === 'double') sheet.add(path(arc(0, Math.PI * 2, r + 6), { ...stroke, 'stroke-width': 1.4 }));
    if (style === 'ticks') {
      const ticks = new Pen();
      for (let i = 0; i < 120; i++) {
        const a = (i / 120) * Math.PI * 2;
        ticks.move(...at(r, a)).line(...at(r + (i % 10 === 0 ? 13 : 6), a));
      }
      sheet.add(path(ticks.toString(), { ...stroke, 'stroke-width': 1.5 }));
    }
    // The golden angle keeps neighbouring worlds out of one another's light.
    const start = k * 2.39996 + first + random.range(-0.3, 0.3);
    const tone = cycle(palette.worlds, k + 1);
    if (style === 'arc')
      sheet.add(
        path(arc(start - random.range(0.7, 2.2), start, r), {
          ...stroke,
          stroke: tone,
          'stroke-width': random.range(8, 15),
          'stroke-linecap': 'round',
        }),
      );
    const size = Math.min(
      random.pick([9, 13, 18, 26, 36, 44]),
      step * (squash === 1 ? 0.95 : 0.85) + (k === orbits - 1 ? 12 : 0),
    );
    const [x, y] = at(r, start);
    if (x < 40 || x > 760 || y < 40 || y > 760) continue;
    worlds.push(() => {
      world(sheet, x, y, size, tone, Math.atan2(cy - y, cx - x), palette, random);
      if (size > 12 && random.chance(0.5))
        sheet.add(
          circle(x, y, size * 1.75, { fill: 'none', stroke: palette.line, 'stroke-width': 0.8 }),
          circle(x + size * 1.24, y - size * 1.24, Math.max(2.4, size * 0.18), { fill: palette.line }),
        );
    });
  }
  sun(sheet, cx, cy, sunR, palette, random);
  for (const paint of worlds) paint();
  sheet.add('</g>');
  sheet.add(
    element('rect', { x: 26, y: 26, width: 748, height: 748, fill: 'none', stroke: palette.line, 'stroke-width': 1.4 }),
  );
  const corners = new Pen();
  for (const [x, y] of [
    [26, 26],
    [774, 26],
    [26, 774],
    [774, 774],
  ] as const)
    corners.ring(x, y, 12);
  sheet.add(
    path(corners.toString(), {
      fill: palette.ground,
      stroke: mix(palette.line, palette.ground, 0.1),
      'stroke-width': 1.4,
    }),
  );
  return sheet.toString();
}

const FIRST = [
  'A Proposal for',
  'Correction to',
  'Last Known',
  'Eleven Nights of',
  'Disputed',
  'Tables for',
  'Second Opinion on',
  'The Case Against',
  'Small',
  'Overdue',
];
const LAST = [
  'Aldhara',
  'Benetna',
  'the Tin Sun',
  'Corvale',
  'Merak-under-Stairs',
  'Ostia Nova',
  'the Late Comet',
  'Quill IV',
  'Sundry Moons',
  'Tarazel',
];

export const perigrineNought: Artist = {
  address: 'tz1PerigrineNoughtCharts3oCtB7yMk1nq',
  displayName: 'Perigrine Nought',
  bio: 'Astronomer by correspondence. Charts systems from letters, never from telescopes.',
  draw,
  title(seed) {
    const random = new Random(`title ${seed}`);
    return `${random.pick(FIRST)} ${random.pick(LAST)}`;
  },
  describe(seed) {
    const { palette, orbits, squash } = plan(seed);
    return `${orbits} orbits, seen ${squash === 1 ? 'from above' : 'aslant'}; ${palette.name}.`;
  },
};
