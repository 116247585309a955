import type { Artist } from '../artist.js';
import { mix } from '../color.js';
import { cycle, Random } from '../random.js';
import { circle, element, fixed, group, Pen, path, rect, Sheet } from '../svg.js';

/** A sheet cut again and again at the same ratio, each piece printed with one schoolbook shape. */

interface Palette {
  name: string;
  paper: string;
  inks: readonly [string, string, string, string];
}

const PALETTES: readonly Palette[] = [
  { name: 'primary school', paper: '#f3eddf', inks: ['#d8382f', '#1d4e9e', '#f3b61f', '#1f1d1b'] },
  { name: 'ice cream van', paper: '#fff4ec', inks: ['#ff8fa3', '#3ab5b0', '#ffd166', '#374785'] },
  { name: 'bus ticket', paper: '#efe6d0', inks: ['#e2672e', '#2c6e63', '#e9b872', '#2b2d42'] },
  { name: 'cough drop', paper: '#ece8f1', inks: ['#6a3fa0', '#e84a72', '#8ecae6', '#22223b'] },
  { name: 'allotment', paper: '#f1efdc', inks: ['#4f772d', '#e5532d', '#f2c14e', '#132a13'] },
  { name: 'night kiosk', paper: '#1c1e2b', inks: ['#ff5d5d', '#38b6ff', '#ffd93d', '#f4efe6'] },
];

interface Cell {
  x: number;
  y: number;
  w: number;
  h: number;
}

function plan(seed: string) {
  const random = new Random(`cuts ${seed}`);
  return {
    random,
    palette: random.pick(PALETTES),
    ratio: random.pick([0.5, 0.5, 0.618, 0.667]),
    depth: random.int(5, 6),
    gap: random.pick([0, 5, 8, 12]),
    tilt: random.pick([0, 0, 0, -4, 5]),
  };
}

function cut(cell: Cell, depth: number, ratio: number, random: Random, cells: Cell[]): void {
  const { x, y, w, h } = cell;
  if (depth <= 0 || Math.min(w, h) < 84 || (depth < 4 && random.chance(0.18))) {
    cells.push(cell);
    return;
  }
  const share = random.chance(0.5) ? ratio : 1 - ratio;
  if (w > h * 1.15 || (w > h * 0.87 && random.chance(0.5))) {
    cut({ x, y, w: w * share, h }, depth - 1, ratio, random, cells);
    cut({ x: x + w * share, y, w: w * (1 - share), h }, depth - 1, ratio, random, cells);
  } else {
    cut({ x, y, w, h: h * share }, depth - 1, ratio, random, cells);
    cut({ x, y: y + h * share, w, h: h * (1 - share) }, depth - 1, ratio, random, cells);
  }
}

function quarter(c: Cell, corner: number): string {
  const r = Math.min(c.w, c.h);
  const [dx, dy] = cycle(
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ] as const,
    corner,
  );
  const x = c.x + dx * c.w;
  const y = c.y + dy * c.h;
  const sx = dx === 0 ? 1 : -1;
  const sy = dy === 0 ? 1 : -1;
  return new Pen()
    .move(x, y)
    .line(x + sx * r, y)
    .arc(r, false, sx * sy > 0, x, y + sy * r)
    .close()
    .toString();
}

function hatch(c: Cell, pitch: number, rising: boolean): string {
  const pen = new Pen();
  for (let o = pitch / 2; o < c.w + c.h; o += pitch) {
    const [ax, ay] = [Math.min(o, c.w), Math.max(0, o - c.w)];
    const [bx, by] = [Math.max(0, o - c.h), Math.min(o, c.h)];
    if (rising) pen.move(c.x + ax, c.y + ay).line(c.x + bx, c.y + by);
    else pen.move(c.x + c.w - ax, c.y + ay).line(c.x + c.w - bx, c.y + by);
  }
  return pen.toString();
}

function dots(c: Cell, pitch: number): string {
  const columns = Math.max(1, Math.floor(c.w / pitch));
  const rows = Math.max(1, Math.floor(c.h / pitch));
  const pen = new Pen();
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < rows; j++) pen.dot(c.x + ((i + 0.5) * c.w) / columns, c.y + ((j + 0.5) * c.h) / rows);
  }
  return pen.toString();
}

/** Prints one cell: a flat ground, then one or two figures slightly out of register. */
function print(c: Cell, ground: string, ink: string, second: string, random: Random): string[] {
  const marks = [rect(c.x, c.y, c.w, c.h, { fill: ground })];
  const r = Math.min(c.w, c.h) / 2;
  const cx = c.x + c.w / 2;
  const cy = c.y + c.h / 2;
  const long = Math.max(c.w, c.h) / Math.min(c.w, c.h) > 1.6;
  const figure = random.pick([
    'quarter',
    'quarters',
    'disc',
    'hatch',
    'dots',
    'half',
    'target',
    'stairs',
    'triangle',
    'blank',
    'bars',
    'leaf',
  ]);
  if (figure === 'quarter') marks.push(path(quarter(c, random.int(0, 3)), { fill: ink }));
  if (figure === 'quarters') {
    const k = random.int(0, 3);
    marks.push(path(quarter(c, k), { fill: ink }), path(quarter(c, k + 2), { fill: second, 'fill-opacity': 0.9 }));
  }
  if (figure === 'disc')
    marks.push(
      circle(cx, cy, r * 0.72, { fill: ink }),
      long ? '' : circle(cx + r * 0.2, cy - r * 0.2, r * 0.3, { fill: second }),
    );
  if (figure === 'hatch')
    marks.push(
      path(hatch(c, random.pick([9, 13, 18]), random.chance(0.5)), {
        stroke: ink,
        'stroke-width': random.pick([3, 4.5, 6]),
      }),
    );
  if (figure === 'dots')
    marks.push(
      path(dots(c, random.pick([15, 22])), {
        stroke: ink,
        'stroke-width': random.pick([6, 9]),
        'stroke-linecap': 'round',
      }),
    );
  if (figure === 'half') {
    const up = random.chance(0.5);
    const y = up ? c.y + c.h : c.y;
    for (let k = 0; k < (c.w > c.h * 1.6 ? 2 : 1); k++) {
      const wide = c.w > c.h * 1.6 ? c.w / 2 : c.w;
      const radius = Math.min(wide / 2, c.h);
      const mid = c.x + wide * (k + 0.5);
      marks.push(
        path(
          new Pen()
            .move(mid - radius, y)
            .arc(radius, false, up, mid + radius, y)
            .close()
            .toString(),
          { fill: k === 0 ? ink : second },
        ),
      );
    }
  }
  if (figure === 'target')
    for (let k = 0; k < 4; k++)
      marks.push(circle(cx, cy, r * 0.86 * (1 - k / 4), { fill: k % 2 === 0 ? ink : ground }));
  if (figure === 'stairs') {
    const pen = new Pen().move(c.x, c.y + c.h);
    const n = 5;
    for (let k = 0; k < n; k++)
      pen
        .line(c.x + (c.w * k) / n, c.y + c.h - (c.h * (k + 1)) / n)
        .line(c.x + (c.w * (k + 1)) / n, c.y + c.h - (c.h * (k + 1)) / n);
    marks.push(
      path(
        pen
          .line(c.x + c.w, c.y + c.h)
          .close()
          .toString(),
        { fill: ink },
      ),
    );
  }
  if (figure === 'triangle') {
    const flip = random.chance(0.5);
    marks.push(
      path(
        new Pen()
          .polygon([
            [c.x, c.y + c.h],
            [c.x + c.w, c.y + c.h],
            [flip ? c.x : c.x + c.w, c.y],
          ])
          .toString(),
        { fill: ink },
      ),
    );
  }
  if (figure === 'bars') {
    const pen = new Pen();
    for (let k = 0; k < 6; k++)
      pen.polygon([
        [c.x, c.y + (c.h * k) / 6],
        [c.x + c.w * ((k + 1) / 6.5), c.y + (c.h * k) / 6],
        [c.x + c.w * ((k + 1) / 6.5), c.y + (c.h * (k + 0.6)) / 6],
        [c.x, c.y + (c.h * (k + 0.6)) / 6],
      ]);
    marks.push(path(pen.toString(), { fill: ink }));
  }
  if (figure === 'leaf') {
    const pen = new Pen()
      .move(cx - r, cy + r)
      .arc(r * 2, false, true, cx + r, cy - r)
      .arc(r * 2, false, true, cx - r, cy + r)
      .close();
    marks.push(path(pen.toString(), { fill: ink }));
  }
  return marks;
}

function draw(seed: string): string {
  const { random, palette, ratio, depth, gap, tilt } = plan(seed);
  const sheet = new Sheet(`cuts ${seed}`, palette.paper);
  const cells: Cell[] = [];
  cut({ x: 56, y: 56, w: 688, h: 688 }, depth + 1, ratio, random, cells);
  const tones = [
    ...palette.inks,
    palette.paper,
    mix(palette.paper, palette.inks[2], 0.35),
    mix(palette.paper, palette.inks[1], 0.22),
  ];
  const marks: string[] = [];
  let previous = '';
  for (const whole of cells) {
    const c = { x: whole.x + gap / 2, y: whole.y + gap / 2, w: whole.w - gap, h: whole.h - gap };
    const ground = random.pick(tones.filter((tone) => tone !== previous));
    previous = ground;
    const inks = random.shuffle(palette.inks.filter((ink) => ink !== ground));
    const clip = sheet.clip(element('rect', { x: fixed(c.x), y: fixed(c.y), width: fixed(c.w), height: fixed(c.h) }));
    marks.push(group({ 'clip-path': clip }, print(c, ground, cycle(inks, 0), cycle(inks, 1), random)));
  }
  const turn = tilt === 0 ? undefined : `rotate(${tilt} 400 400)`;
  sheet.add(group({ transform: turn }, marks));
  const slip = new Pen();
  for (const { x, y, w, h } of random.shuffle(cells).slice(0, 5))
    slip.polygon([
      [x + 5, y + 4],
      [x + w + 5, y + 4],
      [x + w + 5, y + h + 4],
      [x + 5, y + h + 4],
    ]);
  sheet.add(path(slip.toString(), { fill: 'none', stroke: palette.inks[3], 'stroke-width': 1.6, transform: turn }));
  return sheet.toString();
}

const FIRST = [
  'Monday',
  'Tuesday',
  'Lunch',
  'Recess',
  'Homework',
  'Geography',
  'Swimming',
  'Chalk',
  'Break Time',
  'Detention',
];
const LAST = [
  'in Eight Pieces',
  'Unpacked',
  'with the Window Open',
  'Folded',
  'Sorted by Size',
  'Reconsidered',
  'for Beginners',
  'Spilled',
  'Handed In Late',
  'on Squared Paper',
];

export const pimHalfday: Artist = {
  address: 'tz1PimHaLfdayCutsAndPrints6uYc1Bd5Xe',
  displayName: 'Pim Halfday',
  bio: 'Taught arithmetic until lunch, printed posters after. Cuts every sheet by one ratio and never the same way.',
  draw,
  title(seed) {
    const random = new Random(`title ${seed}`);
    return `${random.pick(FIRST)} ${random.pick(LAST)}`;
  },
  describe(seed) {
    const { palette, ratio } = plan(seed);
    const rule = ratio === 0.5 ? 'in halves' : ratio > 0.64 ? 'at two thirds' : 'at the golden section';
    return `One sheet cut ${rule} until it was done, printed in ${palette.name} inks.`;
  },
};
