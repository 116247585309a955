import type { Artist } from '../artist.js';
import { shade } from '../color.js';
import { createNoise } from '../noise.js';
import { cycle, Random } from '../random.js';
import { circle, fixed, Pen, type Point, path, rect, Sheet } from '../svg.js';

/** Currents of ink that part around stones and never touch one another. */

interface Palette {
  name: string;
  paper: string;
  stone: string;
  inks: readonly string[];
}

interface Stone {
  x: number;
  y: number;
  r: number;
}

const PALETTES: readonly Palette[] = [
  {
    name: 'low tide',
    paper: '#f4ecdc',
    stone: '#e4572e',
    inks: ['#17324d', '#17324d', '#2f6690', '#81b1c4', '#e9b44c', '#d9d0bb'],
  },
  {
    name: 'night swim',
    paper: '#101b2d',
    stone: '#f2c14e',
    inks: ['#f4ead5', '#5fa8d3', '#2c6e9b', '#1f4e79', '#ee6c4d', '#38b6a3'],
  },
  {
    name: 'persimmon',
    paper: '#f8e3d0',
    stone: '#2d1e2f',
    inks: ['#c8442f', '#e8793e', '#f2ae72', '#7a2e3a', '#2d1e2f', '#5f8a8b'],
  },
  {
    name: 'kelp',
    paper: '#e9ecdc',
    stone: '#16302b',
    inks: ['#16302b', '#2f5d50', '#6a994e', '#a7c957', '#bc4749', '#d8cfae'],
  },
  {
    name: 'plum rain',
    paper: '#efe6ea',
    stone: '#3d1a4f',
    inks: ['#3d1a4f', '#7d4f9e', '#b48ead', '#f28f79', '#2a7f9e', '#d5c4d6'],
  },
  {
    name: 'basalt',
    paper: '#1d1d1f',
    stone: '#d8d3c8',
    inks: ['#f1ede4', '#bdb6a8', '#77736c', '#47454a', '#e06d4f', '#8fb8b0'],
  },
];

const CELL = 4;
const COLUMNS = 200;
const EDGE = 48;

function plan(seed: string) {
  const random = new Random(`currents ${seed}`);
  const palette = random.pick(PALETTES);
  const stones: Stone[] = [];
  const wanted = random.pick([1, 1, 2, 3, 4]);
  for (let tries = 0; stones.length < wanted && tries < 200; tries++) {
    const r = random.range(46, wanted === 1 ? 150 : 175 - wanted * 25);
    const stone = { x: random.range(EDGE + r + 40, 760 - r - EDGE), y: random.range(EDGE + r + 40, 760 - r - EDGE), r };
    if (stones.every((s) => Math.hypot(s.x - stone.x, s.y - stone.y) > s.r + r + 60)) stones.push(stone);
  }
  return {
    random,
    palette,
    stones,
    heading: random.range(-0.6, 0.6) + random.pick([0, 0, Math.PI / 2]),
    unrest: random.range(0.5, 1.15),
  };
}

/** Water that meets a round stone divides; this is the textbook flow past cylinders, roughened by noise. */
function currents(heading: number, unrest: number, stones: readonly Stone[], random: Random) {
  const noise = createNoise(random);
  const cos = Math.cos(heading);
  const sin = Math.sin(heading);
  return (x: number, y: number): number => {
    let u = cos;
    let v = sin;
    let calm = 1;
    for (const stone of stones) {
      const dx = x - stone.x;
      const dy = y - stone.y;
      const square = dx * dx + dy * dy;
      const pull = (stone.r * stone.r) / (square * square);
      const along = dx * cos + dy * sin;
      u += (stone.r * stone.r * cos) / square - 2 * along * dx * pull;
      v += (stone.r * stone.r * sin) / square - 2 * along * dy * pull;
      calm *= Math.min(1, Math.max(0, (Math.sqrt(square) / stone.r - 1) * 1.1));
    }
    return Math.atan2(v, u) + noise(x / 330, y / 330) * unrest * 1.9 * calm;
  };
}

/** Remembers which part of the sheet already carries ink. */
class Wetness {
  private readonly owner = new Int16Array(COLUMNS * COLUMNS);

  free(x: number, y: number, self: number): boolean {
    const found = this.owner[Math.floor(y / CELL) * COLUMNS + Math.floor(x / CELL)] ?? 0;
    return found === 0 || found === self;
  }

  mark(x: number, y: number, self: number): void {
    this.owner[Math.floor(y / CELL) * COLUMNS + Math.floor(x / CELL)] = self;
  }
}

function drawStone(sheet: Sheet, stone: Stone, color: string, paper: string, random: Random): void {
  sheet.add(circle(stone.x, stone.y, stone.r - 9, { fill: color }));
  const tilt = random.range(0, Math.PI * 2);
  const rings = new Pen();
  for (let i = 1; i < 7; i++) {
    const r = (stone.r - 9) * (1 - i / 7);
    const shift = (stone.r - 9 - r) * 0.55;
    rings.ring(stone.x + Math.cos(tilt) * shift, stone.y + Math.sin(tilt) * shift, r);
  }
  sheet.add(path(rings.toString(), { fill: 'none', stroke: paper, 'stroke-width': 1.6, 'stroke-opacity': 0.55 }));
}

function draw(seed: string): string {
  const { random, palette, stones, heading, unrest } = plan(seed);
  const sheet = new Sheet(`currents ${seed}`, palette.paper);
  const angle = currents(heading, unrest, stones, random);
  const zone = createNoise(random);
  const wet = new Wetness();
  const pens = new Map<string, Pen>();
  const inside = (x: number, y: number, pad: number): boolean =>
    x > EDGE + pad &&
    y > EDGE + pad &&
    x < 800 - EDGE - pad &&
    y < 800 - EDGE - pad &&
    stones.every((s) => Math.hypot(s.x - x, s.y - y) > s.r + pad);

  let stroke = 0;
  const sizes: readonly (readonly [number, number])[] = [
    [26, 90],
    [15, 240],
    [8, 700],
    [3.4, 1500],
  ];
  for (const [width, attempts] of sizes) {
    for (let i = 0; i < attempts; i++) {
      const startX = random.range(EDGE, 800 - EDGE);
      const startY = random.range(EDGE, 800 - EDGE);
      const w = width * random.range(0.8, 1.15);
      const limit = random.range(16, 95);
      const ink = cycle(palette.inks, Math.floor(zone(startX / 420, startY / 420) * 4 + random.range(0, 2.4) + 8));
      stroke += 1;
      const reach = w / 2 + 3;
      const clear = (x: number, y: number, a: number): boolean => {
        if (!inside(x, y, w / 2)) return false;
        for (let o = -reach; o <= reach; o += CELL) {
          if (!wet.free(x - Math.sin(a) * o, y + Math.cos(a) * o, stroke)) return false;
        }
        return true;
      };
      const trail: Point[] = [];
      let x = startX;
      let y = startY;
      for (let step = 0; step < limit; step++) {
        const a = angle(x, y);
        if (!clear(x, y, a)) break;
        trail.push([x, y]);
        x += Math.cos(a) * 6;
        y += Math.sin(a) * 6;
      }
      if (trail.length < (width > 10 ? 9 : 5)) continue;
      for (const [px, py] of trail) {
        const a = angle(px, py);
        for (let o = -w / 2; o <= w / 2; o += CELL - 1) wet.mark(px - Math.sin(a) * o, py + Math.cos(a) * o, stroke);
      }
      const thinned = trail.filter((_, n) => n % 4 === 0 || n === trail.length - 1);
      const key = `${ink} ${fixed(Math.round(w * 2) / 2)}`;
      const pen = pens.get(key) ?? new Pen();
      pens.set(key, pen.curve(thinned));
    }
  }
  for (const [key, pen] of pens) {
    const [ink, width] = key.split(' ');
    sheet.add(path(pen.toString(), { fill: 'none', stroke: ink, 'stroke-width': width, 'stroke-linecap': 'round' }));
  }
  stones.forEach((stone, i) => {
    drawStone(sheet, stone, i % 2 === 0 ? palette.stone : shade(palette.stone, 0.12), palette.paper, random);
  });
  sheet.add(
    rect(24, 24, 752, 752, {
      fill: 'none',
      stroke: cycle(palette.inks, 0),
      'stroke-width': 1.2,
      'stroke-opacity': 0.5,
    }),
  );
  return sheet.toString();
}

const FIRST = ['Slow', 'Parted', 'Second', 'Salt', 'Unsaid', 'Returning', 'Shallow', 'Long', 'Borrowed', 'Quiet'];
const LAST = ['Current', 'Estuary', 'Undertow', 'Crossing', 'Ford', 'Eddy', 'Drift', 'Confluence', 'Wake', 'Channel'];

export const marisolQuenby: Artist = {
  address: 'tz1MarQuenbyCurrents7fA3kLw9ZpXv2Ttu',
  displayName: 'Marisol Quenby',
  bio: 'A former ferry pilot who draws what the river did that day. Her strokes never touch.',
  draw,
  title(seed) {
    const random = new Random(`title ${seed}`);
    return `${random.pick(FIRST)} ${random.pick(LAST)}`;
  },
  describe(seed) {
    const { palette, stones } = plan(seed);
    const obstacle = stones.length === 1 ? 'a single stone' : `${stones.length} stones`;
    return `Ink parts around ${obstacle}; no two strokes touch. Palette: ${palette.name}.`;
  },
};
