import type { Artist } from '../artist.js';
import { mix } from '../color.js';
import { cycle, Random } from '../random.js';
import { circle, Pen, type Point, path, Sheet } from '../svg.js';

/** Round things packed as tightly as manners allow, inside one larger silhouette. */

interface Palette {
  name: string;
  paper: string;
  sweets: readonly string[];
}

const PALETTES: readonly Palette[] = [
  { name: 'liquorice', paper: '#f7ede2', sweets: ['#f28482', '#f6bd60', '#84a59d', '#2f3e46', '#f5cac3'] },
  { name: 'marbles', paper: '#16213a', sweets: ['#4cc9f0', '#f72585', '#ffd166', '#f8f9fa', '#7209b7'] },
  { name: 'river stones', paper: '#e6e2d8', sweets: ['#5c6b73', '#9db4c0', '#c2a878', '#3d3a36', '#f5f1e8'] },
  { name: 'fruit stall', paper: '#fff3d6', sweets: ['#e4572e', '#f3a712', '#a8c256', '#29335c', '#db2b39'] },
  { name: 'buttons', paper: '#dcebe7', sweets: ['#0b6e6e', '#ef6f6c', '#ffe3b3', '#465775', '#8fc0a9'] },
  { name: 'night fair', paper: '#221a2b', sweets: ['#ff9f1c', '#2ec4b6', '#e71d36', '#fdfffc', '#9d8df1'] },
];

type Outline = 'disc' | 'pear' | 'heart' | 'vase' | 'cloud' | 'square' | 'ring' | 'fish';

function plan(seed: string) {
  const random = new Random(`packing ${seed}`);
  return {
    random,
    palette: random.pick(PALETTES),
    outline: random.pick<Outline>(['disc', 'pear', 'heart', 'vase', 'cloud', 'square', 'ring', 'fish']),
    largest: random.pick([46, 62, 84]),
  };
}

/** Signed distance to the silhouette, exact enough to fill it: negative inside. */
function silhouette(outline: Outline): (x: number, y: number) => number {
  const ball = (x: number, y: number, cx: number, cy: number, r: number): number => Math.hypot(x - cx, y - cy) - r;
  if (outline === 'disc') return (x, y) => ball(x, y, 400, 400, 330);
  if (outline === 'ring') return (x, y) => Math.max(ball(x, y, 400, 400, 340), -ball(x, y, 400, 400, 145));
  if (outline === 'square') return (x, y) => Math.max(Math.abs(x - 400), Math.abs(y - 400)) - 320;
  if (outline === 'pear') {
    return (x, y) => {
      const t = Math.max(0, Math.min(1, (y - 220) / 300));
      return ball(x, y, 400, 220 + t * 300, 118 + t * t * 112);
    };
  }
  if (outline === 'heart') {
    // A square stood on its corner with a disc on each upper side.
    return (x, y) => {
      const u = Math.abs(x - 400);
      const diamond = (u + Math.abs(y - 455)) / Math.SQRT2 - 190;
      return Math.min(diamond, ball(u, y, 134, 321, 190));
    };
  }
  if (outline === 'vase') {
    return (x, y) => {
      const t = (y - 80) / 640;
      const w =
        92 +
        175 * Math.sin(Math.max(0, Math.min(1, (t - 0.16) / 0.84)) * Math.PI * 0.82) +
        (t < 0.16 ? (0.16 - t) * 420 : 0);
      return Math.max(Math.abs(x - 400) - w, 80 - y, y - 720);
    };
  }
  if (outline === 'fish') {
    return (x, y) => {
      const u = (x - 350) / 285;
      const body = (Math.hypot(u, (y - 400) / 190) - 1) * 190;
      const tail = Math.max(Math.abs(y - 400) - (x - 560) * 0.95, x - 745, 575 - x);
      return Math.min(body, tail);
    };
  }
  const puffs: readonly (readonly [number, number, number])[] = [
    [250, 450, 150],
    [420, 330, 190],
    [570, 460, 145],
    [400, 500, 160],
  ];
  return (x, y) => Math.min(...puffs.map(([cx, cy, r]) => ball(x, y, cx, cy, r)));
}

interface Disc {
  x: number;
  y: number;
  r: number;
}

/** Drops large discs first, then ever smaller ones into the gaps; a coarse grid keeps the search short. */
function pack(outline: Outline, largest: number, random: Random): Disc[] {
  const inside = silhouette(outline);
  const discs: Disc[] = [];
  const grid = new Map<number, Disc[]>();
  const cellOf = (x: number, y: number): number => Math.floor(y / 90) * 20 + Math.floor(x / 90);
  for (let tries = 0; tries < 4200 && discs.length < 420; tries++) {
    const x = random.range(50, 750);
    const y = random.range(50, 750);
    let room = Math.min(-inside(x, y), largest * Math.max(0.16, 1 - tries / 1500));
    if (room < 5) continue;
    for (let dy = -2; dy <= 2 && room >= 5; dy++) {
      for (let dx = -2; dx <= 2; dx++) {
        for (const disc of grid.get(cellOf(x + dx * 90, y + dy * 90)) ?? [])
          room = Math.min(room, Math.hypot(disc.x - x, disc.y - y) - disc.r - 2.5);
      }
    }
    if (room < 5) continue;
    const disc = { x, y, r: room };
    discs.push(disc);
    const key = cellOf(x, y);
    grid.set(key, [...(grid.get(key) ?? []), disc]);
  }
  return discs;
}

function decorate({ x, y, r }: Disc, color: string, ink: string, random: Random): string[] {
  const marks = [circle(x, y, r, { fill: color })];
  if (r < 9) return marks;
  const polar = (a: number, far: number): Point => [x + Math.cos(a) * far, y + Math.sin(a) * far];
  const turn = random.range(0, Math.PI * 2);
  const kind = random.pick(['rings', 'petals', 'half', 'spiral', 'dots', 'slice', 'eye', 'stripes']);
  const pen = new Pen();
  if (kind === 'rings') {
    for (let k = 1; k < (r > 30 ? 5 : 3); k++) pen.ring(x, y, r * (1 - k / (r > 30 ? 5 : 3)));
    marks.push(path(pen.toString(), { fill: 'none', stroke: ink, 'stroke-width': Math.max(1.4, r * 0.07) }));
  } else if (kind === 'petals') {
    const n = r > 30 ? 9 : 6;
    for (let k = 0; k < n; k++) {
      const a = turn + (k / n) * Math.PI * 2;
      pen
        .move(x, y)
        .quad(...polar(a - 0.42, r * 0.6), ...polar(a, r * 0.86))
        .quad(...polar(a + 0.42, r * 0.6), x, y)
        .close();
    }
    marks.push(path(pen.toString(), { fill: ink }), circle(x, y, r * 0.16, { fill: color }));
  } else if (kind === 'half') {
    marks.push(
      path(
        pen
          .move(...polar(turn, r))
          .arc(r, false, true, ...polar(turn + Math.PI, r))
          .close()
          .toString(),
        { fill: ink },
      ),
    );
  } else if (kind === 'spiral') {
    const points = Array.from({ length: 34 }, (_, k) => polar(turn + k * 0.55, (r * 0.86 * k) / 33));
    marks.push(
      path(pen.curve(points).toString(), {
        fill: 'none',
        stroke: ink,
        'stroke-width': Math.max(1.4, r * 0.09),
        'stroke-linecap': 'round',
      }),
    );
  } else if (kind === 'dots') {
    const n = Math.max(5, Math.round(r / 4));
    for (let k = 0; k < n; k++) pen.dot(...polar(turn + (k / n) * Math.PI * 2, r * 0.68));
    marks.push(
      path(pen.toString(), { stroke: ink, 'stroke-width': r * 0.2, 'stroke-linecap': 'round' }),
      circle(x, y, r * 0.3, { fill: ink }),
    );
  } else if (kind === 'slice') {
    const n = 8;
    for (let k = 0; k < n; k += 2)
      pen
        .move(x, y)
        .line(...polar(turn + (k / n) * Math.PI * 2, r))
        .arc(r, false, true, ...polar(turn + ((k + 1) / n) * Math.PI * 2, r))
        .close();
    marks.push(path(pen.toString(), { fill: ink }));
  } else if (kind === 'eye') {
    marks.push(circle(x, y, r * 0.66, { fill: ink }), circle(...polar(turn, r * 0.2), r * 0.38, { fill: color }));
  } else {
    for (let k = -3; k <= 3; k++) {
      const off = (k / 4) * r;
      const half = Math.sqrt(r * r - off * off) * 0.92;
      pen.move(x - half, y + off).line(x + half, y + off);
    }
    marks.push(
      path(pen.toString(), {
        stroke: ink,
        'stroke-width': r * 0.11,
        transform: `rotate(${Math.round((turn * 180) / Math.PI)} ${x.toFixed(1)} ${y.toFixed(1)})`,
      }),
    );
  }
  return marks;
}

function draw(seed: string): string {
  const { random, palette, outline, largest } = plan(seed);
  const sheet = new Sheet(`packing ${seed}`, palette.paper);
  for (const disc of pack(outline, largest, random)) {
    const color = random.pick(palette.sweets);
    const partner = random.pick(palette.sweets.filter((sweet) => sweet !== color));
    sheet.add(...decorate(disc, color, random.chance(0.25) ? mix(color, palette.paper, 0.75) : partner, random));
  }
  const crumbs = new Pen();
  const away = silhouette(outline);
  for (let i = 0; i < 70; i++) {
    const [x, y] = [random.range(40, 760), random.range(40, 760)];
    if (away(x, y) > 18 && away(x, y) < 90) crumbs.dot(x, y);
  }
  sheet.add(
    path(crumbs.toString(), {
      stroke: cycle(palette.sweets, 0),
      'stroke-width': 5,
      'stroke-linecap': 'round',
    }),
  );
  return sheet.toString();
}

const FIRST = [
  'Everybody',
  'Room Enough',
  'The Cousins',
  'A Pocket',
  'Company',
  'No Seats',
  'Elbows',
  'Leftovers',
  'Twelve Aunts',
  'The Whole Bus',
];
const LAST = [
  'at Once',
  'and One More',
  'of Opinions',
  'before Lunch',
  'in the Lift',
  'on a Saturday',
  'Being Polite',
  'Standing Up',
  'from Upstairs',
  'Holding Still',
];

export const oonaPapadopple: Artist = {
  address: 'tz1oonaPapadoppLeRoundTh1ngs3Sv6Nbuk',
  displayName: 'Oona Papadopple',
  bio: 'Ran a button shop. Believes that everything round can be introduced to everything else.',
  draw,
  title(seed) {
    const random = new Random(`title ${seed}`);
    return `${random.pick(FIRST)} ${random.pick(LAST)}`;
  },
  describe(seed) {
    const { palette, outline } = plan(seed);
    return `A ${outline} of round things, none of them touching. Sorted as: ${palette.name}.`;
  },
};
