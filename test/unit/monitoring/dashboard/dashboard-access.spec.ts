/** Who gets to see the dashboard: real applications on real sockets. */
import type { Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type INestApplication, Injectable, Module, VersioningType } from '@nestjs/common';
import {
  ask,
  CountingGuard,
  createDashboardApplication,
  type DashboardStage,
  openDashboard,
  openSideDoor,
  outerAddress,
  type StageOptions,
} from '../../../support/dashboard-stage.js';
import { temporaryDirectory } from '../../../support/store.js';

const READING = ['', 'assets/main.js', 'assets/uplot/uPlot.esm.js', 'api/events', 'api/newest', 'api/log?log=notes'];
const MORE_READING = ['api/history?log=notes&key=a', 'api/entry?log=notes&seq=1'];
const PRESSING = ['api/compact?log=notes', 'api/verify?log=notes', 'api/backup?log=notes'];

let stage: DashboardStage | undefined;
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await stage?.close();
  stage = undefined;
});

async function open(options: StageOptions = {}): Promise<DashboardStage> {
  stage = await openDashboard(options);
  await stage.logs.append('notes', { op: 'SET', key: 'a', value: 1 });
  return stage;
}

async function statuses(url: string, paths: string[], headers: Record<string, string> = {}, method = 'GET') {
  const answers = await Promise.all(paths.map((path) => ask(url + path, headers, method)));
  return answers.map(({ status }) => status);
}

const allOf = (paths: string[], status: number) => paths.map(() => status);

describe('A dashboard with guards', () => {
  it('AsksThemForThePageItsFilesTheStreamAndEveryAction', async () => {
    const guard = new CountingGuard();
    const actionGuard = new CountingGuard();
    const { url } = await open({ dashboard: { guards: [guard], actions: { guards: [actionGuard] } } });
    const reading = [...READING, ...MORE_READING];
    expect(await statuses(url, reading)).toEqual(allOf(reading, 200));
    expect([guard.asked, actionGuard.asked]).toEqual([reading.length, 0]);
    expect(await statuses(url, PRESSING, {}, 'POST')).toEqual([200, 200, 200]);
    expect([guard.asked, actionGuard.asked]).toEqual([reading.length + 3, 3]);
    guard.answer = false;
    expect(await statuses(url, reading)).toEqual(allOf(reading, 403));
    expect(await statuses(url, PRESSING, {}, 'POST')).toEqual([403, 403, 403]);
  });

  it('LetsSomebodyLookWhomTheActionGuardsDoNotLetPress', async () => {
    const { url } = await open({
      dashboard: { guards: [new CountingGuard()], actions: { guards: [new CountingGuard(false)] } },
    });
    expect(await statuses(url, READING)).toEqual(allOf(READING, 200));
    expect(await statuses(url, PRESSING, {}, 'POST')).toEqual([403, 403, 403]);
  });

  it('InjectsWhatTheyAskForFromTheImports', async () => {
    @Injectable()
    class Door {
      readonly isOpen = false;
    }
    @Module({ providers: [Door], exports: [Door] })
    class DoorModule {}
    @Injectable()
    class DoorGuard {
      constructor(private readonly door: Door) {}
      canActivate(): boolean {
        return this.door.isOpen;
      }
    }
    const { url } = await open({ dashboard: { guards: [DoorGuard], imports: [DoorModule] } });
    expect(await statuses(url, READING)).toEqual(allOf(READING, 403));
  });

  it('MayBeReachedFromOutside', async () => {
    const directory = await temporaryDirectory();
    const app = await createDashboardApplication({
      dataDir: directory.path,
      dashboard: { guards: [new CountingGuard()] },
    });
    try {
      await app.listen(0, '0.0.0.0');
      const port = app.getHttpServer().address().port;
      const url = `http://${outerAddress() ?? '127.0.0.1'}:${port}/log/`;
      expect((await ask(url, { Host: 'logs.example' })).status).toBe(200);
    } finally {
      await app.close();
      await directory.remove();
    }
  });
});

describe('A dashboard without guards', () => {
  it('AnswersThisMachine', async () => {
    const { url } = await open();
    const reading = [...READING, ...MORE_READING];
    expect(await statuses(url, reading)).toEqual(allOf(reading, 200));
    const port = new URL(url).port;
    for (const host of [`localhost:${port}`, `logs.localhost:${port}`, '127.0.0.1', `[::1]:${port}`]) {
      expect([host, (await ask(url, { Host: host })).status]).toEqual([host, 200]);
    }
  });

  it('RefusesANameThatIsNotThisMachines', async () => {
    const { url } = await open({ dashboard: { actions: { guards: [new CountingGuard()] } } });
    const names = ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', '[::2]', '10.0.0.1', '127.0.0.1@evil'];
    for (const name of names) {
      const headers = { Host: name };
      expect([name, await statuses(url, READING, headers)]).toEqual([name, allOf(READING, 403)]);
      expect([name, await statuses(url, PRESSING, headers, 'POST')]).toEqual([name, [403, 403, 403]]);
    }
  });

  it('RefusesWhatAProxyHandsOn', async () => {
    const { url } = await open();
    const proxied: Record<string, string>[] = [
      { 'X-Forwarded-For': '127.0.0.1' },
      { 'X-Forwarded-For': '203.0.113.9' },
      { Forwarded: 'for=127.0.0.1' },
      { 'X-Real-IP': '127.0.0.1' },
      { Via: '1.1 proxy' },
    ];
    for (const headers of proxied) {
      expect(await statuses(url, READING, headers)).toEqual(allOf(READING, 403));
    }
  });

  it('RefusesWhatDoesNotComeOverLoopback', async () => {
    const address = outerAddress();
    const { app } = await open({ prepare: (each) => each.getHttpAdapter().getInstance().set('trust proxy', true) });
    // A machine without any other address has nowhere else to come from; then another name stands for elsewhere.
    const { server, port } = await openSideDoor(app, address ?? '127.0.0.1');
    servers.push(server);
    const url = `http://${address ?? '127.0.0.1'}:${port}/log/`;
    const headers = { Host: address === undefined ? 'elsewhere' : `localhost:${port}` };
    expect(await statuses(url, READING, headers)).toEqual(allOf(READING, 403));
    expect(await statuses(url, READING, { ...headers, 'X-Forwarded-For': '127.0.0.1' })).toEqual(allOf(READING, 403));
  });

  it('TellsWhyAndNothingElse', async () => {
    const { url } = await open();
    const { status, text, headers } = await ask(`${url}api/newest`, { Host: 'evil.example' });
    expect(status).toBe(403);
    expect(JSON.parse(text).message).toMatch(/another name than localhost.*no guards/);
    expect(text).not.toContain('notes');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });
});

describe('An application whose dashboard has no guards', () => {
  async function application(options: StageOptions = {}): Promise<{ app: INestApplication; end(): Promise<void> }> {
    const directory = await temporaryDirectory();
    const app = await createDashboardApplication({ ...options, dataDir: directory.path });
    return {
      app,
      async end() {
        await app.close();
        await directory.remove();
      },
    };
  }

  it.each([
    ['every address by number', (app: INestApplication) => app.listen(0, '0.0.0.0')],
    ['every address by default', (app: INestApplication) => app.listen(0)],
    ['every address of both families', (app: INestApplication) => app.listen(0, '::')],
    ['an address of its own', (app: INestApplication) => app.listen(0, outerAddress() ?? '192.0.2.1')],
    ['a name', (app: INestApplication) => app.listen(0, 'example.invalid')],
    [
      'the server itself, with options',
      async (app: INestApplication) => (await app.init()).getHttpServer().listen({ port: 0, host: '0.0.0.0' }),
    ],
  ])('RefusesToListenOn %s', async (_, listen) => {
    const { app, end } = await application();
    try {
      const refused = await listen(app).then(
        () => undefined,
        (error: Error) => error,
      );
      expect(refused?.message).toMatch(/LogDashboardModule.*LogDashboardModule\.forRoot\(\{ guards: \[\.\.\.\] \}\)/s);
      expect(app.getHttpServer().listening).toBe(false);
      expect(app.getHttpServer().address()).toBeNull();
    } finally {
      await end();
    }
  });

  it.each(['127.0.0.1', 'localhost', '127.0.0.2'])('ListensOn %s', async (host) => {
    const { app, end } = await application();
    try {
      await app.listen(0, host);
      expect(app.getHttpServer().listening).toBe(true);
    } finally {
      await end();
    }
  });

  it('ListensAnywhereOnceItHasAGuard', async () => {
    const { app, end } = await application({ dashboard: { guards: [new CountingGuard()] } });
    try {
      await app.listen(0, '0.0.0.0');
      expect(app.getHttpServer().listening).toBe(true);
    } finally {
      await end();
    }
  });

  it('DoesNotStartWhereItIsReachedAlready', async () => {
    const { app, end } = await application();
    try {
      app.getHttpServer().listen(0, '0.0.0.0');
      await expect(app.init()).rejects.toThrow(/LogDashboardModule has no guards/);
    } finally {
      app.getHttpServer().close();
      await end();
    }
  });
});

describe('Another site', () => {
  const options: StageOptions = {
    dashboard: { actions: { guards: [new CountingGuard()] } },
    prepare: (app) => app.enableCors({ origin: true, credentials: true }),
  };

  it.each([
    ['by its origin', { Origin: 'https://evil.example' }],
    ['from a sandbox', { Origin: 'null' }],
    ['by what the browser says', { 'Sec-Fetch-Site': 'cross-site' }],
    ['from another port of this machine', { 'Sec-Fetch-Site': 'same-site', Origin: 'http://localhost:1' }],
    ['by a form', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }],
  ])('PressesNothing, %s', async (_, headers: Record<string, string>) => {
    const { url } = await open(options);
    expect(await statuses(url, PRESSING, headers, 'POST')).toEqual([403, 403, 403]);
  });

  it('ReadsNothingEvenWhereTheApplicationSharesItself', async () => {
    const { url } = await open(options);
    const headers = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors' };
    expect(await statuses(url, READING, headers)).toEqual(allOf(READING, 403));
    const { headers: answered } = await ask(url, { Origin: url.slice(0, -5) });
    expect(answered['access-control-allow-origin']).toBeUndefined();
  });

  it('MayLinkToThePage', async () => {
    const { url } = await open(options);
    const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
    expect((await ask(url, headers)).status).toBe(200);
    expect((await ask(url, { ...headers, 'Sec-Fetch-Dest': 'iframe' })).status).toBe(403);
  });

  it('IsNotThePageItself', async () => {
    const { url } = await open(options);
    const { origin } = new URL(url);
    const own: Record<string, string>[] = [{ Origin: origin }, { Origin: origin, 'Sec-Fetch-Site': 'same-origin' }];
    for (const headers of own) {
      expect(await statuses(url, PRESSING, headers, 'POST')).toEqual([200, 200, 200]);
    }
  });
});

describe('A read-only dashboard', () => {
  it('HasNoRoutesForActions', async () => {
    const { url } = await open({ dashboard: { guards: [new CountingGuard()] } });
    expect(await statuses(url, PRESSING, {}, 'POST')).toEqual([404, 404, 404]);
  });
});

describe('The page', () => {
  it('IsFoundWithAndWithoutItsSlash', async () => {
    const { url } = await open();
    const { status, headers } = await ask(url.slice(0, -1));
    expect([status, headers.location]).toEqual([302, 'log/']);
    expect((await ask(url)).text).toContain('assets/main.js');
  });

  it('FollowsAGlobalPrefixAndStandsOutsideOfVersions', async () => {
    const { url } = await open({
      path: 'inner/ops/log',
      dashboard: { route: '/ops/log/' },
      prepare: (app) =>
        app.setGlobalPrefix('inner').enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
    });
    const reading = [...READING, ...MORE_READING];
    expect(await statuses(url, reading)).toEqual(allOf(reading, 200));
  });

  it('LoadsNothingFromElsewhereAndLetsNoTextBecomeMarkup', async () => {
    const { url } = await open();
    for (const path of [...READING, 'assets/missing.js', 'api/entry?log=notes&seq=99']) {
      const { headers } = await ask(url + path);
      const policy = String(headers['content-security-policy']);
      for (const word of [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "trusted-types 'none'",
      ]) {
        expect([path, policy]).toEqual([path, expect.stringContaining(word)]);
      }
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('GivesNoFileOutsideOfItsOwn', async () => {
    const { url } = await open();
    const paths = [
      'assets/../dashboard.module.js',
      'assets/%2e%2e/index.js',
      'assets/..%2findex.js',
      'assets/constructor',
    ];
    expect(await statuses(url, paths)).toEqual(allOf(paths, 404));
  });

  it('DoesNotMakeALogByAskingForIt', async () => {
    const { url, logs } = await open();
    const paths = ['api/log?log=unheard', 'api/history?log=unheard&key=a', 'api/entry?log=unheard&seq=1'];
    expect(await statuses(url, paths)).toEqual(allOf(paths, 404));
    expect(await statuses(url, ['api/newest?log=unheard', 'api/newest?log=../x'])).toEqual([200, 200]);
    expect(logs.logNames()).not.toContain('unheard');
  });

  it('RefusesWhatMakesNoSense', async () => {
    const { url } = await open();
    const paths = [
      'api/newest?op=DROP',
      'api/newest?key=a&key=b',
      'api/history?log=notes',
      'api/entry?log=notes&seq=-1',
    ];
    expect(await statuses(url, paths)).toEqual(allOf(paths, 400));
  });
});
