/** The parts of the dashboard that need no application. */
import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { resolveDashboardOptions } from '../../../../src/monitoring/dashboard/dashboard.options.js';
import { previewOf } from '../../../../src/monitoring/dashboard/preview.js';
import { TokenGuard } from '../../../../src/monitoring/dashboard/token.guard.js';
import { changesBetween } from '../../../../src/monitoring/dashboard/value-changes.js';
import { WriteRate } from '../../../../src/monitoring/dashboard/write-rate.js';
import { isLoopbackAddress, isLoopbackHost, openAddress } from '../../../../src/monitoring/loopback.js';

describe('This machine', () => {
  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])('IsAt %s', (address) => {
    expect(isLoopbackAddress(address)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    '::2',
    '::ffff:10.0.0.1',
    'localhost',
    '127.0.0.1.evil',
    '',
    undefined,
  ])('IsNotAt %s', (address) => expect(isLoopbackAddress(address)).toBe(false));

  it.each(['localhost', 'LOCALHOST:3000', 'a.localhost:1', '127.0.0.1:80', '[::1]', '[::1]:3000'])(
    'IsCalled %s',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );

  it.each([
    'localhost.evil',
    'evil',
    '127.0.0.1.nip.io',
    '[::2]:1',
    ':3000',
    '',
    'localhost:',
    'a@localhost:1',
    undefined,
  ])('IsNotCalled %s', (host) => expect(isLoopbackHost(host)).toBe(false));

  it('IsAloneWithSomeWaysToListen', () => {
    expect(openAddress([0, '127.0.0.1'])).toBeUndefined();
    expect(openAddress(['3000', 'localhost', () => undefined])).toBeUndefined();
    expect(openAddress([{ port: 0, host: '::1' }])).toBeUndefined();
    expect(openAddress(['/run/app.sock'])).toBeUndefined();
    expect(openAddress([{ path: '/run/app.sock' }])).toBeUndefined();
    expect(openAddress([3000])).toBe('every address');
    expect(openAddress(['3000', () => undefined])).toBe('every address');
    expect(openAddress([{ port: 0 }])).toBe('every address');
    expect(openAddress([{ path: '/run/app.sock', port: 0, host: '0.0.0.0' }])).toBe('0.0.0.0');
    expect(openAddress([{ fd: 3 }])).toMatch(/elsewhere/);
    expect(openAddress([])).toBe('every address');
  });
});

describe('Options', () => {
  it('HaveDefaults', () => {
    expect(resolveDashboardOptions()).toEqual({ route: 'log', guards: [], actionGuards: undefined });
    expect(resolveDashboardOptions({ route: '/admin/log/' }).route).toBe('admin/log');
  });

  it.each([
    ['route', { route: '' }],
    ['route', { route: '../log' }],
    ['route', { route: 'a b' }],
    ['route', { route: 5 }],
    ['route', { route: ':log' }],
    ['guards', { guards: 'me' }],
    ['guards', { guards: [class NoGuard {}] }],
    ['guards', { guards: [undefined] }],
    ['actions', { actions: true }],
    ['actions.guards', { actions: {} }],
    ['actions.guards', { actions: { guards: [] } }],
  ])('RefuseAWrong %s', (option, options) => {
    const wrong = options as unknown as Parameters<typeof resolveDashboardOptions>[0];
    expect(() => resolveDashboardOptions(wrong)).toThrow(TypeError);
    expect(() => resolveDashboardOptions(wrong)).toThrow(`Expected \`${option}\` to be`);
  });
});

describe('A token', () => {
  const TOKEN = 'correct-horse';

  function asks(authorization?: string): { passed: boolean; prompt?: string } {
    const answered: Record<string, string> = {};
    const context = {
      switchToHttp: () => ({
        getRequest: () => ({ headers: { authorization } }),
        getResponse: () => ({ setHeader: (name: string, value: string) => Object.assign(answered, { [name]: value }) }),
      }),
    } as unknown as ExecutionContext;
    try {
      return { passed: new TokenGuard(TOKEN).canActivate(context) };
    } catch {
      return { passed: false, prompt: answered['WWW-Authenticate'] };
    }
  }
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

  it('LetsInAsBearerAndAsPassword', () => {
    for (const authorization of [`Bearer ${TOKEN}`, `bearer ${TOKEN}`, basic(`:${TOKEN}`), basic(`ada:${TOKEN}`)]) {
      expect([authorization, asks(authorization).passed]).toEqual([authorization, true]);
    }
  });

  it('LetsNobodyElseInAndMakesABrowserAsk', () => {
    const wrong = [
      'Bearer',
      'Bearer ',
      `Bearer ${TOKEN}x`,
      'Bearer correct-hors',
      basic(TOKEN),
      basic(`${TOKEN}:`),
      TOKEN,
      'Basic %',
    ];
    for (const authorization of [undefined, ...wrong]) {
      expect([authorization, asks(authorization)]).toEqual([
        authorization,
        { passed: false, prompt: 'Basic realm="append-log", charset="UTF-8"' },
      ]);
    }
  });

  it('IsNotShort', () => {
    for (const token of ['', '1234567', 'with a space']) expect(() => new TokenGuard(token)).toThrow(TypeError);
  });
});

describe('A preview', () => {
  it('IsTheJsonOfWhatFits', () => {
    for (const value of [null, true, 1.5, 'a"b', [], {}, [1, [2, { a: null }]], { a: [1], 'b"': { c: 'd' } }]) {
      expect(previewOf(value, 100)).toEqual({ text: JSON.stringify(value), cut: false });
    }
  });

  it('IsTheBeginningOfWhatDoesNot', () => {
    const values = [
      { a: 'x'.repeat(1_000) },
      Array(1_000).fill(7),
      Object.fromEntries([...Array(999)].map((_, i) => [i, i])),
    ];
    for (const value of values) {
      const { text, cut } = previewOf(value, 40);
      expect([cut, text.length]).toEqual([true, 41]);
      expect(JSON.stringify(value).startsWith(text.slice(0, -1))).toBe(true);
    }
  });

  it('CostsNoMoreThanItsBound', () => {
    let asked = 0;
    const many = new Proxy(Array(1_000_000).fill(0), {
      get: (list, name) => {
        asked += 1;
        return Reflect.get(list, name);
      },
    });
    expect(previewOf(many, 100).cut).toBe(true);
    expect(asked).toBeLessThan(500);
  });
});

describe('Changes between two values', () => {
  it('AreTheirPlaces', () => {
    expect(changesBetween({ a: 1, b: { c: [1, 2] }, d: 0 }, { b: { c: [1, 3, 4] }, d: 0, e: '' })).toEqual({
      list: [
        { path: 'b.c[1]', from: '2', to: '3' },
        { path: 'b.c[2]', to: '4' },
        { path: 'e', to: '""' },
        { path: 'a', from: '1' },
      ],
      more: 0,
    });
    expect(changesBetween([1], { 0: 1 }).list).toEqual([{ path: '', from: '[1]', to: '{"0":1}' }]);
    expect(changesBetween({ a: { b: 1 } }, { a: { b: 1 } })).toEqual({ list: [], more: 0 });
  });

  it('AreCountedWhereTheyAreMany', () => {
    const { list, more } = changesBetween({}, Object.fromEntries([...Array(100)].map((_, i) => [`k${i}`, i])));
    expect([list.length, more]).toEqual([12, 88]);
  });
});

describe('A second', () => {
  const batch = { entries: 3, bytes: 300, fsynced: true };

  it('HasThePercentilesOfItsFsyncs', () => {
    const rate = new WriteRate();
    for (let ms = 1; ms <= 200; ms += 1) rate.add({ ...batch, durationMs: 201 - ms });
    rate.add({ ...batch, durationMs: 9_999, fsynced: false });
    expect(rate.take(7, 1000)).toEqual({
      at: 7,
      ms: 1000,
      appends: 603,
      bytes: 60_300,
      batches: 201,
      fsyncs: 200,
      p50: 100,
      p99: 198,
    });
    expect(rate.take(8, 1000)).toEqual({ at: 8, ms: 1000, appends: 0, bytes: 0, batches: 0, fsyncs: 0 });
  });

  it('CountsMoreFsyncsThanItKeepsTheDurationsOf', () => {
    const rate = new WriteRate();
    for (let i = 0; i < 20_000; i += 1) rate.add({ ...batch, durationMs: 5 });
    expect(rate.take(1, 1000)).toMatchObject({ fsyncs: 20_000, appends: 60_000, p50: 5, p99: 5 });
  });
});
