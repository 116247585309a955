import type { Artist } from '../artist.js';
import { mix, shade } from '../color.js';
import { createNoise, fractal } from '../noise.js';
import { Random } from '../random.js';
import { circle, Pen, type Point, path, rect, Sheet } from '../svg.js';

/** Ridge behind ridge in rising mist, one large moon, and somewhere a lit window. */

interface Palette {
  name: string;
  sky: readonly [string, string, string];
  far: string;
  near: string;
  moon: string;
}

const PALETTES: readonly Palette[] = [
  { name: 'blue hour', sky: ['#0d1b3e', '#35477d', '#d8a7b1'], far: '#9b8fb8', near: '#0a1128', moon: '#fdf3d8' },
  { name: 'ember', sky: ['#2b1036', '#a8325a', '#f9a65a'], far: '#d9705f', near: '#190a1e', moon: '#ffe9b8' },
  { name: 'pine frost', sky: ['#0f2a33', '#2f6f73', '#cfe5d5'], far: '#86b3a8', near: '#071a1d', moon: '#f4fff4' },
  { name: 'dust', sky: ['#3a2a2a', '#b8754d', '#f3d9a4'], far: '#c99a6e', near: '#22150f', moon: '#fff6de' },
  { name: 'violet frost', sky: ['#150f33', '#4d3a8c', '#b9a3e3'], far: '#8372bd', near: '#0c0820', moon: '#f3ecff' },
  { name: 'sea fog', sky: ['#40596b', '#8fabb3', '#f0e6d2'], far: '#a9bcbc', near: '#18242c', moon: '#fffdf2' },
];

function plan(seed: string) {
  const random = new Random(`ridges ${seed}`);
  return {
    random,
    palette: random.pick(PALETTES),
    lake: random.chance(0.45),
    moonR: random.range(48, 118),
    moonX: random.range(180, 620),
    moonY: random.range(130, 250),
    crescent: random.chance(0.35),
    layers: random.int(6, 9),
    sharp: random.range(0.2, 1),
    horizon: random.range(370, 480),
    relief: random.range(80, 200),
  };
}

function skyline(random: Random, base: number, height: number, sharp: number, scale: number): Point[] {
  const noise = createNoise(random);
  const points: Point[] = [];
  for (let x = -10; x <= 810; x += 7) {
    const soft = fractal(noise, x / scale, 0.5, 5);
    const ridge = 1 - Math.abs(fractal(noise, x / scale, 7.5, 5)) * 2.4;
    points.push([x, base - height * (soft * (1 - sharp) * 1.3 + ridge * sharp * 0.8)]);
  }
  return points;
}

function landform(top: readonly Point[], floor: number): string {
  return new Pen().polygon([...top, [810, floor], [-10, floor]]).toString();
}

function pine(pen: Pen, x: number, y: number, height: number, random: Random): void {
  const tiers = 4;
  const half = height * random.range(0.17, 0.24);
  const right: Point[] = [];
  const left: Point[] = [];
  for (let i = 0; i < tiers; i++) {
    const reach = half * ((i + 1) / tiers);
    const level = y - height + (height * 0.92 * (i + 1)) / tiers;
    right.push([x + reach, level], [x + reach * 0.45, level - 1]);
    left.push([x - reach * 0.45, level - 1], [x - reach, level]);
  }
  pen.polygon([[x, y - height], ...right, [x + 1.5, y + 6], [x - 1.5, y + 6], ...left.reverse().map((p): Point => p)]);
}

function forest(top: readonly Point[], random: Random, tallest: number): string {
  const pen = new Pen();
  const density = createNoise(random);
  for (const [x, y] of top) {
    if (density(x / 120, 3) < -0.12 || random.chance(0.25)) continue;
    pine(pen, x + random.range(-3, 3), y + 5, tallest * random.range(0.45, 1), random);
  }
  return pen.toString();
}

function stars(random: Random, count: number): string {
  const pen = new Pen();
  for (let i = 0; i < count; i++) {
    const y = 420 * random.next() ** 1.5;
    pen.dot(random.range(0, 800), y);
  }
  return pen.toString();
}

function drawMoon(sheet: Sheet, p: ReturnType<typeof plan>): void {
  const { moonX, moonY, moonR, palette } = p;
  const halo = sheet.glow([
    [0, palette.moon, p.crescent ? 0.2 : 0.55],
    [0.35, palette.moon, p.crescent ? 0.12 : 0.22],
    [1, palette.moon, 0],
  ]);
  sheet.add(circle(moonX, moonY, moonR * 3.4, { fill: halo }));
  if (p.crescent) {
    const pen = new Pen().move(moonX, moonY - moonR).arc(moonR, true, true, moonX, moonY + moonR);
    pen.arc(moonR * 1.25, false, false, moonX, moonY - moonR).close();
    sheet.add(
      path(pen.toString(), { fill: palette.moon, transform: `rotate(-24 ${Math.round(moonX)} ${Math.round(moonY)})` }),
    );
    return;
  }
  sheet.add(circle(moonX, moonY, moonR, { fill: palette.moon }));
  const seas = new Pen();
  for (let i = 0; i < 7; i++) {
    const a = p.random.range(0, Math.PI * 2);
    const far = moonR * p.random.range(0.1, 0.66);
    seas.ring(moonX + Math.cos(a) * far, moonY + Math.sin(a) * far, moonR * p.random.range(0.06, 0.24));
  }
  sheet.add(path(seas.toString(), { fill: palette.sky[2], 'fill-opacity': 0.28 }));
}

function drawLake(sheet: Sheet, p: ReturnType<typeof plan>, level: number): void {
  const { random, palette, moonX } = p;
  const water = sheet.gradient([
    [0, mix(palette.sky[2], palette.far, 0.35)],
    [1, mix(palette.sky[0], palette.near, 0.35)],
  ]);
  sheet.add(rect(0, level, 800, 800 - level, { fill: water }));
  const glints = new Pen();
  for (let i = 0; i < 90; i++) {
    const depth = random.next() ** 1.4;
    const y = level + 4 + depth * (740 - level);
    const x = moonX + random.bell() * (20 + depth * 130);
    const half = random.range(3, 10 + depth * 34);
    glints.move(x - half, y).line(x + half, y);
  }
  sheet.add(
    path(glints.toString(), {
      stroke: palette.moon,
      'stroke-width': 2.2,
      'stroke-linecap': 'round',
      'stroke-opacity': 0.6,
    }),
  );
}

function draw(seed: string): string {
  const p = plan(seed);
  const { random, palette } = p;
  const sheet = new Sheet(`ridges ${seed}`, palette.sky[0]);
  const horizon = Math.round(p.horizon + 40) / 800;
  sheet.add(
    rect(0, 0, 800, 800, {
      fill: sheet.gradient([
        [0, palette.sky[0]],
        [0.55 * horizon, palette.sky[1]],
        [horizon, palette.sky[2]],
      ]),
    }),
  );
  for (const width of [1.5, 2.2, 3.4]) {
    sheet.add(
      path(stars(random, Math.round(190 / width ** 1.6)), {
        stroke: palette.moon,
        'stroke-width': width,
        'stroke-linecap': 'round',
        'stroke-opacity': 0.85,
      }),
    );
  }
  drawMoon(sheet, p);

  const shore = 600;
  for (let i = 0; i < p.layers; i++) {
    const t = i / (p.layers - 1);
    const front = i >= p.layers - 1;
    if (p.lake && i === p.layers - 2) drawLake(sheet, p, shore);
    const base = p.lake && !front ? p.horizon + t * (600 - p.horizon) : p.horizon + t * (715 - p.horizon);
    const floor = p.lake && !front ? shore : 800;
    const top = skyline(
      random,
      Math.min(base, floor - 12),
      front && p.lake ? 42 : p.relief * (1 - t) ** 1.4 + 55,
      p.sharp * (1 - t * 0.7),
      230 + t * 150,
    );
    const body = front ? palette.near : mix(mix(palette.far, palette.sky[2], 0.2), palette.near, t ** 0.9 * 0.92);
    const mist = mix(body, palette.sky[2], front ? 0 : 0.7 - t * 0.35);
    if (p.lake && i === p.layers - 2) continue;
    const grown = t > 0.5 ? forest(top, random, 12 + t * t * 50) : '';
    sheet.add(
      path(landform(top, floor) + grown, {
        fill: sheet.gradient([
          [0, body],
          [0.75, mist],
          [1, mist],
        ]),
      }),
    );
    if (front) drawCabin(sheet, top, palette, random);
  }
  sheet.add(rect(0, 0, 800, 800, { fill: 'none', stroke: shade(palette.near, -0.2), 'stroke-width': 20 }));
  return sheet.toString();
}

function drawCabin(sheet: Sheet, top: readonly Point[], palette: Palette, random: Random): void {
  const spot = top[random.int(20, top.length - 21)] ?? [400, 720];
  const [x, y] = [spot[0], spot[1] + 14];
  const lamp = '#ffd27a';
  sheet.add(
    circle(x, y - 6, 46, {
      fill: sheet.glow([
        [0, lamp, 0.5],
        [1, lamp, 0],
      ]),
    }),
  );
  const roof = new Pen().polygon([
    [x - 25, y - 14],
    [x, y - 36],
    [x + 25, y - 14],
    [x + 19, y - 14],
    [x + 19, y + 14],
    [x - 19, y + 14],
    [x - 19, y - 14],
  ]);
  sheet.add(path(roof.toString(), { fill: shade(palette.near, -0.3) }), rect(x - 6, y - 10, 12, 12, { fill: lamp }));
}

const WHEN = [
  'Last Bus to',
  'Nobody Home at',
  'Before the Snow,',
  'Letter from',
  'Two Hours past',
  'Awake above',
  'Lamp at',
  'Waiting under',
  'The Dog Knows',
  'Radio Silence,',
];
const WHERE = [
  'Harrow Fell',
  'Lantern Pass',
  'Moth Lake',
  'the Far Hut',
  'Sorrel Gap',
  'Kestrel Head',
  'Winter Weir',
  'the Ninth Ridge',
  'Owl Saddle',
  'Cold Anvil',
];

export const bramOostvogel: Artist = {
  address: 'tz1BramoVogeLRidgesByNight4hQm8sYd2c',
  displayName: 'Bram Oostvogel',
  bio: 'Night porter of a mountain hotel that closed in 1987. He still counts the ridges, and leaves a light on.',
  draw,
  title(seed) {
    const random = new Random(`title ${seed}`);
    return `${random.pick(WHEN)} ${random.pick(WHERE)}`;
  },
  describe(seed) {
    const { palette, lake, layers, crescent } = plan(seed);
    const water = lake ? ', and a lake to hold the light' : '';
    return `${layers} ridges under a ${crescent ? 'crescent' : 'full'} moon${water}. Hour: ${palette.name}.`;
  },
};
