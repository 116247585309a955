import { opaque } from './random.js';

/** Side of every drawing; artists think in these units. */
export const SIZE = 800;

export type Point = readonly [number, number];

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One decimal is a tenth of a pixel at full size: invisible, short, and equal on every platform. */
export function fixed(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return String(rounded === 0 ? 0 : rounded);
}

export function element(name: string, attributes: Attributes, children = ''): string {
  let markup = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    markup += ` ${key}="${typeof value === 'number' ? String(Math.round(value * 100) / 100) : value}"`;
  }
  return children === '' ? `${markup}/>` : `${markup}>${children}</${name}>`;
}

export function circle(x: number, y: number, r: number, attributes: Attributes): string {
  return element('circle', { cx: fixed(x), cy: fixed(y), r: fixed(r), ...attributes });
}

export function rect(x: number, y: number, w: number, h: number, attributes: Attributes): string {
  return element('rect', { x: fixed(x), y: fixed(y), width: fixed(w), height: fixed(h), ...attributes });
}

export function path(d: string, attributes: Attributes): string {
  return element('path', { d, ...attributes });
}

export function group(attributes: Attributes, children: readonly string[]): string {
  return element('g', attributes, children.join(''));
}

/**
 * Path data in relative steps, half the bytes of absolute ones. The pen remembers where rounding
 * really left it, so errors do not add up along a line.
 */
export class Pen {
  private readonly steps: string[] = [];
  private x = 0;
  private y = 0;

  move(x: number, y: number): this {
    this.x = Math.round(x * 10) / 10;
    this.y = Math.round(y * 10) / 10;
    this.steps.push(`M${fixed(this.x)} ${fixed(this.y)}`);
    return this;
  }

  line(x: number, y: number): this {
    return this.step('l', x, y);
  }

  quad(cx: number, cy: number, x: number, y: number): this {
    return this.step(`q${this.offset(cx, cy)} `, x, y);
  }

  cubic(ax: number, ay: number, bx: number, by: number, x: number, y: number): this {
    return this.step(`c${this.offset(ax, ay)} ${this.offset(bx, by)} `, x, y);
  }

  arc(radius: number, large: boolean, clockwise: boolean, x: number, y: number): this {
    const r = fixed(radius);
    return this.step(`a${r} ${r} 0 ${large ? 1 : 0} ${clockwise ? 1 : 0} `, x, y);
  }

  /** A point: round line caps make it a disc, in a third of the bytes of a circle. */
  dot(x: number, y: number): this {
    this.move(x, y).steps.push('h0');
    return this;
  }

  /** A whole circle as its own closed figure. */
  ring(x: number, y: number, r: number): this {
    return this.move(x - r, y)
      .arc(r, true, true, x + r, y)
      .arc(r, true, true, x - r, y)
      .close();
  }

  close(): this {
    this.steps.push('z');
    return this;
  }

  /** A soft curve that starts and ends at the first and last point and bends towards the others. */
  curve(points: readonly Point[]): this {
    points.forEach(([x, y], i) => {
      const after = points[i + 1];
      if (i === 0) this.move(x, y);
      else if (after && i < points.length - 2) this.quad(x, y, (x + after[0]) / 2, (y + after[1]) / 2);
      else if (after) this.quad(x, y, after[0], after[1]);
      else if (points.length === 2) this.line(x, y);
    });
    return this;
  }

  /** A soft closed outline around the points. */
  loop(points: readonly Point[]): this {
    const first = points[0];
    const last = points[points.length - 1];
    if (!first || !last) return this;
    this.move((first[0] + last[0]) / 2, (first[1] + last[1]) / 2);
    points.forEach(([x, y], i) => {
      const after = points[i + 1] ?? first;
      this.quad(x, y, (x + after[0]) / 2, (y + after[1]) / 2);
    });
    return this.close();
  }

  /** A soft-edged band: out along the first points, back along the second. */
  ribbon(there: readonly Point[], back: readonly Point[]): this {
    this.curve(there);
    back.forEach(([x, y], i) => {
      const after = back[i + 1];
      if (i === 0) this.line(x, y);
      else if (after) this.quad(x, y, (x + after[0]) / 2, (y + after[1]) / 2);
      else this.line(x, y);
    });
    return this.close();
  }

  polygon(points: readonly Point[]): this {
    points.forEach(([x, y], i) => {
      if (i === 0) this.move(x, y);
      else this.line(x, y);
    });
    return this.close();
  }

  toString(): string {
    return this.steps.join('');
  }

  private step(command: string, x: number, y: number): this {
    this.steps.push(command + this.offset(x, y));
    this.x += Math.round((x - this.x) * 10) / 10;
    this.y += Math.round((y - this.y) * 10) / 10;
    return this;
  }

  private offset(x: number, y: number): string {
    return `${fixed(x - this.x)} ${fixed(y - this.y)}`;
  }
}

/** One sheet of paper: collects marks and definitions, and becomes a whole SVG document. */
export class Sheet {
  private readonly definitions: string[] = [];
  private readonly marks: string[] = [];
  private readonly prefix: string;

  /** The prefix keeps ids of two drawings apart when a page shows both inline. */
  constructor(seed: string, paper: string) {
    this.prefix = `n${opaque(`ids of ${seed}`).slice(0, 6)}`;
    this.marks.push(rect(0, 0, SIZE, SIZE, { fill: paper }));
  }

  add(...marks: string[]): void {
    for (const mark of marks) this.marks.push(mark);
  }

  /** Adds a definition and returns its id. */
  define(name: string, attributes: Attributes, children: string): string {
    const id = `${this.prefix}${this.definitions.length.toString(36)}`;
    this.definitions.push(element(name, { id, ...attributes }, children));
    return id;
  }

  /** Returns a fill that runs through the stops, downwards unless told otherwise. */
  gradient(stops: readonly Stop[], from: Point = [0, 0], to: Point = [0, 1]): string {
    const [x1, y1] = from;
    const [x2, y2] = to;
    return `url(#${this.define('linearGradient', { x1, y1, x2, y2 }, stopList(stops))})`;
  }

  /** Returns a fill that runs through the stops from a focus outwards. */
  glow(stops: readonly Stop[], focus: Point = [0.5, 0.5], r = 0.5): string {
    const [cx, cy] = focus;
    return `url(#${this.define('radialGradient', { cx, cy, r }, stopList(stops))})`;
  }

  /** Returns a clip-path value that shows only what lies inside the given shapes. */
  clip(shapes: string): string {
    return `url(#${this.define('clipPath', {}, shapes)})`;
  }

  toString(): string {
    const definitions = this.definitions.length > 0 ? element('defs', {}, this.definitions.join('')) : '';
    return element(
      'svg',
      { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${SIZE} ${SIZE}`, role: 'img' },
      definitions + this.marks.join(''),
    );
  }
}

/** Offset, colour, and opacity where it is not full. */
export type Stop = readonly [number, string, number?];

function stopList(stops: readonly Stop[]): string {
  return stops
    .map(([offset, color, opacity]) => element('stop', { offset, 'stop-color': color, 'stop-opacity': opacity }))
    .join('');
}
