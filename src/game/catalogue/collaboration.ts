import { element, group, Pen, path, rect, Sheet } from './svg.js';

/** The shape through which the second artist of a collaboration is seen. */
export type Window = 'strips' | 'checks' | 'disc' | 'arch' | 'diagonal';

function opening(window: Window): string {
  const pen = new Pen();
  const box = (x: number, y: number, w: number, h: number): Pen =>
    pen.polygon([
      [x, y],
      [x + w, y],
      [x + w, y + h],
      [x, y + h],
    ]);
  if (window === 'strips') for (let x = 100; x < 800; x += 200) box(x, 0, 66, 800);
  if (window === 'checks') {
    for (const [column, row] of [
      [2, 0],
      [0, 1],
      [3, 1],
      [1, 2],
      [2, 3],
      [0, 3],
    ] as const) {
      box(column * 200, row * 200, 200, 200);
    }
  }
  if (window === 'disc') pen.ring(400, 400, 235);
  if (window === 'arch') pen.move(215, 800).line(215, 400).arc(185, false, true, 585, 400).line(585, 800).close();
  if (window === 'diagonal')
    pen.polygon([
      [800, 130],
      [800, 800],
      [130, 800],
    ]);
  return pen.toString();
}

/** The marks of a document without its root, ready to be set into another one. */
function marksOf(document: string): string {
  return document.slice(document.indexOf('>') + 1, document.lastIndexOf('</svg>'));
}

/** Lays one drawing over another so that both hands stay visible. */
export function blend(seed: string, first: string, second: string, window: Window): string {
  const shape = opening(window);
  const sheet = new Sheet(`blend ${seed}`, '#000000');
  const clip = sheet.clip(element('path', { d: shape }));
  sheet.add(marksOf(first), group({ 'clip-path': clip }, [marksOf(second)]));
  sheet.add(
    path(shape, {
      fill: 'none',
      stroke: '#fbf7ee',
      'stroke-width': window === 'strips' || window === 'checks' ? 4 : 10,
    }),
  );
  sheet.add(rect(0, 0, 800, 800, { fill: 'none', stroke: '#fbf7ee', 'stroke-width': 6 }));
  return sheet.toString();
}
