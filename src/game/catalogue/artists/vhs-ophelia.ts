import type { Artist } from '../artist.js';
import { mix, ramp, shade } from '../color.js';
import { createNoise } from '../noise.js';
import { cycle, Random } from '../random.js';
import { circle, element, Pen, path, rect, Sheet } from '../svg.js';

/** A calm picture, played back from damaged tape: torn rows, split colours, dropped blocks. */

interface Palette {
  name: string;
  scene: readonly [string, string, string];
  subject: readonly [string, string];
  ghosts: readonly [string, string];
}

const PALETTES: readonly Palette[] = [
  {
    name: 'channel 3',
    scene: ['#0b1026', '#3a1c71', '#d76d77'],
    subject: ['#ffe9a8', '#ff5f6d'],
    ghosts: ['#00e5ff', '#ff2e88'],
  },
  {
    name: 'test card',
    scene: ['#f2efe6', '#d9e2dc', '#9fc9c4'],
    subject: ['#ef476f', '#26547c'],
    ghosts: ['#06d6a0', '#ffd166'],
  },
  {
    name: 'late film',
    scene: ['#101010', '#1f2a30', '#3c5a5c'],
    subject: ['#f4f4ee', '#9aa5a0'],
    ghosts: ['#ff3b30', '#18d6c8'],
  },
  {
    name: 'weather map',
    scene: ['#06283d', '#1363df', '#8bd3f7'],
    subject: ['#fffbe6', '#ffb703'],
    ghosts: ['#fb5607', '#80ffdb'],
  },
  {
    name: 'rental',
    scene: ['#2d132c', '#801336', '#ee4540'],
    subject: ['#ffd9a0', '#c72c41'],
    ghosts: ['#3ec1d3', '#f9ed69'],
  },
  {
    name: 'pay per view',
    scene: ['#f7d6e0', '#efa7c0', '#7b5ea7'],
    subject: ['#2b2d5b', '#5a3d8a'],
    ghosts: ['#00c2a8', '#ff9f1c'],
  },
];

type Subject = 'sun' | 'pyramid' | 'arch' | 'eye' | 'moon' | 'column';

function plan(seed: string) {
  const random = new Random(`tape ${seed}`);
  return {
    random,
    palette: random.pick(PALETTES),
    subject: random.pick<Subject>(['sun', 'pyramid', 'arch', 'eye', 'moon', 'column']),
    damage: random.range(0.35, 1),
  };
}

/** The undamaged picture, in one colour pair, so that ghosts of it can be printed too. */
function portrait(subject: Subject, main: string, second: string): string {
  const fill = (d: Pen, color: string): string => path(d.toString(), { fill: color });
  if (subject === 'sun') return circle(400, 390, 215, { fill: main });
  if (subject === 'moon') {
    return (
      circle(400, 370, 205, { fill: main }) +
      circle(330, 310, 48, { fill: second, 'fill-opacity': 0.5 }) +
      circle(470, 430, 74, { fill: second, 'fill-opacity': 0.4 }) +
      circle(440, 270, 26, { fill: second, 'fill-opacity': 0.5 })
    );
  }
  if (subject === 'pyramid') {
    return (
      fill(
        new Pen().polygon([
          [400, 150],
          [690, 620],
          [110, 620],
        ]),
        main,
      ) +
      fill(
        new Pen().polygon([
          [400, 150],
          [690, 620],
          [480, 620],
        ]),
        second,
      )
    );
  }
  if (subject === 'arch') {
    const arch = (inset: number): Pen =>
      new Pen()
        .move(190 + inset, 640)
        .line(190 + inset, 360)
        .arc(210 - inset, false, true, 610 - inset, 360)
        .line(610 - inset, 640)
        .close();
    return fill(arch(0), main) + fill(arch(60), second) + fill(arch(120), main);
  }
  if (subject === 'eye') {
    const lid = new Pen().move(110, 400).quad(400, 90, 690, 400).quad(400, 710, 110, 400).close();
    return (
      fill(lid, main) +
      circle(400, 400, 132, { fill: second }) +
      circle(400, 400, 60, { fill: main }) +
      circle(440, 358, 24, { fill: main })
    );
  }
  let marks = rect(270, 170, 260, 40, { fill: main }) + rect(250, 610, 300, 46, { fill: main });
  for (let k = 0; k < 5; k++) marks += rect(290 + k * 46, 210, 34, 400, { fill: k % 2 === 0 ? main : second });
  return marks;
}

function draw(seed: string): string {
  const p = plan(seed);
  const { random, palette, damage } = p;
  const sheet = new Sheet(`tape ${seed}`, palette.scene[0]);
  const noise = createNoise(random);
  const backdrop = sheet.gradient([
    [0, palette.scene[0]],
    [0.6, palette.scene[1]],
    [1, palette.scene[2]],
  ]);
  sheet.add(rect(0, 0, 800, 800, { fill: backdrop }));

  const picture = sheet.define(
    'g',
    {},
    portrait(
      p.subject,
      sheet.gradient([
        [0, palette.subject[0]],
        [1, palette.subject[1]],
      ]),
      palette.subject[1],
    ),
  );
  const cold = sheet.define('g', {}, portrait(p.subject, palette.ghosts[0], shade(palette.ghosts[0], -0.3)));
  const warm = sheet.define('g', {}, portrait(p.subject, palette.ghosts[1], shade(palette.ghosts[1], -0.3)));

  // Each torn row shows the same picture through its own slit, shifted as a worn head would read it.
  let y = 0;
  for (let row = 0; y < 800; row++) {
    const calm = noise(2.5, row / 5) < 0.25 - damage * 0.45;
    const height = Math.min(800 - y, calm ? random.range(40, 110) : random.range(7, 34));
    const shift = calm ? random.range(-4, 4) : noise(7.1, row / 3) * 190 * damage;
    const split = calm ? 7 : 14 + Math.abs(shift) * 0.22;
    const slit = sheet.clip(
      element('rect', { x: 0, y: Math.round(y), width: 800, height: Math.round(y + height) - Math.round(y) }),
    );
    const use = (id: string, dx: number, opacity?: number): string =>
      element('use', { href: `#${id}`, x: Math.round(dx), opacity });
    sheet.add(
      `<g clip-path="${slit}">${use(cold, shift - split, 0.85)}${use(warm, shift + split, 0.85)}${use(picture, shift)}</g>`,
    );
    y += height;
  }

  // Pixel-sorted runs: colour smeared downwards from where the signal was lost.
  const left = random.range(40, 420);
  const span = random.range(200, 420);
  for (let x = left; x < left + span; x += 9) {
    const drop = noise(x / 46, 4.2);
    if (drop < -0.05) continue;
    const top = 330 + noise(x / 120, 9.9) * 190;
    const long = 70 + drop * 420;
    const tint = ramp(
      [palette.subject[0], palette.ghosts[1], palette.scene[1], palette.ghosts[0]],
      Math.abs(noise(x / 90, 1.3)) * 1.5,
    );
    sheet.add(
      rect(x, top, 8, long, {
        fill: sheet.gradient([
          [0, tint, 1],
          [1, tint, 0],
        ]),
      }),
    );
  }

  // Dropped blocks, in the three inks that the picture already uses.
  const inks = [palette.ghosts[0], palette.ghosts[1], palette.subject[0], palette.scene[0]];
  for (let k = 0; k < 26 * damage + 8; k++) {
    const by = Math.round(random.range(20, 760) / 12) * 12;
    const bx = Math.round(random.range(-20, 760) / 24) * 24;
    const wide = 24 * random.int(1, 6);
    if (random.chance(0.3)) {
      const bars = new Pen();
      for (let b = 0; b < wide; b += random.pick([5, 8, 12])) bars.move(bx + b, by).line(bx + b, by + 48);
      sheet.add(path(bars.toString(), { stroke: cycle(inks, k), 'stroke-width': 3.4 }));
    } else
      sheet.add(
        rect(bx, by, wide, random.pick([6, 12, 12, 24]), {
          fill: cycle(inks, k),
          'fill-opacity': random.pick([1, 0.75]),
        }),
      );
  }

  const lines = new Pen();
  for (let row = 3; row < 800; row += 6) lines.move(0, row).line(800, row);
  sheet.add(
    path(lines.toString(), {
      stroke: mix(palette.scene[0], '#000000', 0.5),
      'stroke-width': 2,
      'stroke-opacity': 0.22,
    }),
  );
  return sheet.toString();
}

const FIRST = [
  'Rewind',
  'Please Stand By',
  'Second Copy',
  'Tracking',
  'Late Return',
  'Side B',
  'Pause',
  'Blank Tape',
  'Home Recording',
  'End of Reel',
];
const LAST = [
  '(Summer)',
  "(Somebody Else's Wedding)",
  '(Do Not Erase)',
  '(1 of 2)',
  '(Found)',
  '(Sound Only)',
  '(For Gertie)',
  '(Slow)',
  '(Rain Delay)',
  '(Last Ten Minutes)',
];

export const vhsOphelia: Artist = {
  address: 'tz1vhsopheLiaTapeHeadC1eaner7Rm4Ykdu',
  displayName: 'vhs_ophelia',
  bio: 'Has one video recorder and refuses to have it repaired. What you see is what it remembered.',
  draw,
  title(seed) {
    const random = new Random(`title ${seed}`);
    return `${random.pick(FIRST)} ${random.pick(LAST)}`;
  },
  describe(seed) {
    const { palette, subject, damage } = plan(seed);
    return `${damage > 0.7 ? 'A badly worn' : 'A worn'} recording of ${subject === 'arch' || subject === 'eye' ? 'an' : 'a'} ${subject}, taped off ${palette.name}.`;
  },
};
