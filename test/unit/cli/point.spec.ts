/** Moments as people write them. The zone of this test is New York, where the clock was set back on 1 November 2026. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { parsePoint } from '../../../src/cli/point.js';

/** A Friday, 12:30:15 in New York. */
const NOW = '2026-11-27T17:30:15.250Z';

/** In a process of its own: the zone is that of a process. */
function inNewYork(text: string, now = NOW): { point: string | number; described: string } {
  const script = `
    import { describePoint, engineTime, parsePoint } from ${JSON.stringify(new URL('../../../src/cli/point.js', import.meta.url))};
    const moment = parsePoint(process.argv[1], new Date(process.argv[2]));
    console.log(JSON.stringify({ point: engineTime(moment), described: describePoint(moment) }));`;
  const env = { ...process.env, NODE_OPTIONS: '', TZ: 'America/New_York' };
  const words = ['--input-type=module', '-e', script, '--', text, now];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', env });
  if (stderr) throw new Error(stderr);
  return JSON.parse(stdout);
}

const understood = (text: string, now?: string) => inNewYork(text, now).point;

test.each([
  ['0', 0],
  ['42', 42],
  [' 42 ', 42],
  ['20261127', 20_261_127],
  ['now', NOW],
  ['90s', '2026-11-27T17:28:45.250Z'],
  ['10m', '2026-11-27T17:20:15.250Z'],
  ['2h', '2026-11-27T15:30:15.250Z'],
  ['2h ago', '2026-11-27T15:30:15.250Z'],
  ['1.5h', '2026-11-27T16:00:15.250Z'],
  ['3d', '2026-11-24T17:30:15.250Z'],
  ['1w', '2026-11-20T17:30:15.250Z'],
  ['12:00', '2026-11-27T17:00:00.000Z'],
  ['12:30:15', '2026-11-27T17:30:15.000Z'],
  // Not yet today, so yesterday.
  ['18:00', '2026-11-26T23:00:00.000Z'],
  ['today 18:00', '2026-11-27T23:00:00.000Z'],
  ['yesterday 18:00', '2026-11-26T23:00:00.000Z'],
  ['yesterday', '2026-11-26T05:00:00.000Z'],
  ['Yesterday  18:00', '2026-11-26T23:00:00.000Z'],
  // A Friday on a Friday: today where that is past, else a week ago.
  ['friday 12:00', '2026-11-27T17:00:00.000Z'],
  ['friday 18:00', '2026-11-20T23:00:00.000Z'],
  ['thursday 18:00', '2026-11-26T23:00:00.000Z'],
  ['sat 18:00', '2026-11-21T23:00:00.000Z'],
  ['sunday', '2026-11-22T05:00:00.000Z'],
  ['2026-11-22', '2026-11-22T05:00:00.000Z'],
  ['2026-11-22T18:00', '2026-11-22T23:00:00.000Z'],
  ['2026-11-22 18:00:30', '2026-11-22T23:00:30.000Z'],
  ['2026-11-22T18:00:30.5', '2026-11-22T23:00:30.500Z'],
  ['2026-11-22T18:00:30.123456Z', '2026-11-22T18:00:30.123Z'],
  ['2026-11-22T18:00Z', '2026-11-22T18:00:00.000Z'],
  ['2026-11-22T18:00+02:00', '2026-11-22T16:00:00.000Z'],
  ['2026-11-22T18:00-0530', '2026-11-22T23:30:00.000Z'],
  // Summer time.
  ['2026-10-31T18:00', '2026-10-31T22:00:00.000Z'],
  ['2024-02-29', '2024-02-29T05:00:00.000Z'],
])('%s', (text, expected) => {
  expect(understood(text)).toBe(expected);
});

test('the same hour a day earlier is that of the clock, also where the clock was changed in between', () => {
  expect(understood('yesterday 18:00', '2026-11-01T20:00:00Z')).toBe('2026-10-31T22:00:00.000Z');
});

describe('what is no point is refused, with what would be one', () => {
  test.each([
    '',
    'soon',
    '-1',
    '1e3',
    '4.5',
    '25:00',
    '12:60',
    'someday 18:00',
    '2026-02-30',
    '2025-02-29',
    '2026-13-01',
    '2026-11-22T24:00',
    '2026-11-22T18',
    '10 years',
    '99999999999999999999',
  ])('"%s"', (text) => {
    expect(() => parsePoint(text, new Date(NOW), '--at')).toThrow(`Expected --at to be a point, got "${text}".`);
  });
});

test('it is printed back as it was understood', () => {
  expect(inNewYork('42').described).toBe('seq 42');
  expect(inNewYork('friday 12:00').described).toBe('2026-11-27T17:00:00.000Z (Fri 27 Nov 2026, 12:00:00 local time)');
});
