/** The bot application over a wallet of its own making: what it plays, and what it goes on playing without objkt.com. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GameView } from '../../src/game/index.js';
import { type BotApplication, startBotApplication } from '../support/bot-application.js';
import { openBrowser, Visitor, WIDE } from '../support/browser.js';
import { FakeGateway } from '../support/fake-gateway.js';
import { FakeObjkt } from '../support/fake-objkt.js';
import { cidOf, collectionOf, WALLET } from '../support/objkt-tokens.js';
import { RoomGuest } from '../support/room-guest.js';

const PIECES = 12;
const LONG = { rounds: PIECES, roundSeconds: 60, pauseSeconds: 2 };
/** A third of a second, so that a restarted process finds its catalogue too old. */
const AT_ONCE = { OBJKT_REFRESH_HOURS: '0.0001' };

let dataDir: string;
let objkt: FakeObjkt;
let gateway: FakeGateway;
let application: BotApplication | undefined;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'append-log-objkt-'));
  objkt = await FakeObjkt.open();
  gateway = await FakeGateway.open();
  objkt.hold(WALLET, collectionOf(PIECES, 6));
});

afterEach(async () => {
  await application?.stop('SIGKILL');
  await Promise.all([objkt.close(), gateway.close()]);
  rmSync(dataDir, { recursive: true, force: true });
}, 30_000);

async function start(variables: Record<string, string> = {}): Promise<BotApplication> {
  const port = application?.port ?? 0;
  await application?.stop('SIGKILL');
  application = await startBotApplication(dataDir, port, {
    OBJKT_URL: objkt.url,
    OBJKT_WALLET: WALLET,
    IPFS_GATEWAYS: gateway.url,
    ...variables,
  });
  return application;
}

/** Waits until the application has printed something. */
async function printed(app: BotApplication, words: RegExp): Promise<void> {
  for (const deadline = performance.now() + 20_000; !words.test(app.output()); ) {
    if (performance.now() > deadline) throw new Error(`It never printed ${words}, but:\n${app.output()}`);
    await sleep(20);
  }
}

async function firstRound(app: BotApplication, room: string): Promise<{ guest: RoomGuest; view: GameView }> {
  const guest = await RoomGuest.enter(app.url, room);
  await guest.startGame(LONG);
  return { guest, view: await guest.sees('the first round', ({ phase }) => phase === 'round') };
}

function expectPieceOfTheWallet(view: GameView): void {
  expect(view.imageUrl).toMatch(new RegExp(`^${gateway.url}/ipfs/Qm\\w{44}$`));
  expect(view.choices).toHaveLength(4);
  for (const { artist } of view.choices ?? []) expect(artist).toMatch(/^Artist [1-6]$/);
}

describe('The application with a wallet', () => {
  it('PlaysWhatTheWalletHoldsAndGoesOnWithoutObjktOverAKill', async () => {
    const app = await start();
    await printed(app, /12 pieces by 6 artists, 0 left out/);
    const { guest, view } = await firstRound(app, 'one');
    expectPieceOfTheWallet(view);
    expect(view.rounds).toBe(PIECES);
    const policy = (await fetch(app.url)).headers.get('content-security-policy');
    expect(policy).toContain(`img-src 'self' ${gateway.url};`);

    objkt.goDown();
    const restarted = await start(AT_ONCE);
    const resumed = await guest.sees('the same round', ({ phase }) => phase === 'round');
    expect({ imageUrl: resumed.imageUrl, choices: resumed.choices }).toEqual({
      imageUrl: view.imageUrl,
      choices: view.choices,
    });
    const { view: another } = await firstRound(restarted, 'two');
    expectPieceOfTheWallet(another);
    expect(another.rounds).toBe(PIECES);
  }, 90_000);

  it('DoesNotLetHalfAWalletTakeThePlaceOfTheWhole', async () => {
    await printed(await start(), /12 pieces by 6 artists/);
    objkt.hold(WALLET, collectionOf(5, 5));
    const app = await start(AT_ONCE);
    await printed(app, /The catalogue was not refreshed and the former one is played\..* 5 pieces where 12 are stored/);
    const { view } = await firstRound(app, 'whole');
    expect(view.rounds).toBe(PIECES);

    const confirmed = await start({ ...AT_ONCE, OBJKT_ACCEPT_SHRINKING: 'true' });
    await printed(confirmed, /5 pieces by 5 artists/);
    expect((await firstRound(confirmed, 'rest')).view.rounds).toBe(5);
  }, 90_000);

  it('PassesOverPicturesThatDoNotLoadAndSaysWhich', async () => {
    for (let piece = 0; piece < PIECES; piece++) if (piece !== 7) gateway.set(cidOf(piece), 'missing');
    const app = await start();
    await printed(app, /12 pieces by 6 artists/);
    const { view } = await firstRound(app, 'gallery');
    expect(view.imageUrl).toBe(`${gateway.url}/ipfs/${cidOf(7)}`);
    await printed(app, /The picture of "Piece \d+" \(KT1\w+:\d+\) does not load, and the game goes on without it/);
  }, 60_000);

  it('ShowsThePicturesOfTheGatewayToABrowserThatKeepsThePolicy', async () => {
    const app = await start();
    await printed(app, /12 pieces by 6 artists/);
    const browser = await openBrowser();
    try {
      const visitor = await Visitor.arrive(browser, WIDE);
      await visitor.page.goto(app.url);
      await visitor.page.locator('.wall-frame img').nth(5).waitFor();
      expect(await visitor.page.locator('.wall-frame img').first().getAttribute('src')).toContain(gateway.url);
      await visitor.enterByLink(app.url, 'Ada', 'policy');
      await visitor.startGame({ rounds: 3, roundSeconds: 8, pauseSeconds: 2 });
      await visitor.seeRound(1);
      expect((await visitor.wall()).artwork).toContain(`${gateway.url}/ipfs/`);
      expect(await visitor.page.evaluate("document.querySelector('.artwork').naturalWidth")).toBe(1);
      await visitor.leave();
    } finally {
      await browser.close();
    }
  }, 90_000);

  it('RefusesToStartWithAVariableThatIsWrong', async () => {
    await expect(startBotApplication(dataDir, 0, { OBJKT_WALLET: 'vitalik.eth' })).rejects.toThrow(
      /could not start: OBJKT_WALLET must be a Tezos address such as tz1\w+; it is "vitalik\.eth"\./,
    );
  }, 60_000);
});
