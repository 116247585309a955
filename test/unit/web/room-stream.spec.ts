import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openWebStage, viewIn, type WebStage } from '../../support/web-stage.js';

const BO = { userId: 'web:bo', username: 'Bo' };

interface Message {
  now: number;
  people: { userId: string; username: string }[];
  view: { gameId: string; phase: string } | null;
  stoppedBy?: { username: string };
}

let stage: WebStage;

beforeEach(async () => {
  stage = await openWebStage();
});

afterEach(async () => {
  await stage.close();
});

/** A page that listens to a room; `next` waits for the next state that it hears. */
async function listen(name: string, room = 'lobby') {
  const joined = await stage.post(`/api/rooms/${room}/join`, { name });
  const cookie = joined.headers.get('set-cookie')?.split(';')[0] ?? '';
  const abort = new AbortController();
  const url = `${stage.url}/api/rooms/${room}/events?name=${encodeURIComponent(name)}`;
  const response = await fetch(url, { headers: { Cookie: cookie }, signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<Message> => {
    for (;;) {
      const found = /event: state\n(?:id: .*\n)?data: (.*)\n\n/.exec(text);
      if (found) {
        text = text.slice(found.index + found[0].length);
        return JSON.parse(found[1] ?? '') as Message;
      }
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) throw new Error('The stream has ended.');
      text += chunk.value;
    }
  };
  return { response, next, leave: () => abort.abort() };
}

describe('The stream of a room', () => {
  it('BeginsWithTheWholeRoom', async () => {
    stage.game.current = viewIn('web:lobby', BO);
    const page = await listen('Ada');
    expect(page.response.headers.get('content-type')).toBe('text/event-stream');
    const state = await page.next();
    expect(state.people).toMatchObject([{ username: 'Ada' }]);
    expect(state.view).toMatchObject({ gameId: 'game-1', phase: 'round' });
    expect(Math.abs(state.now - Date.now())).toBeLessThan(5_000);
  });

  it('TellsWhoComesAndWhoGoes', async () => {
    const ada = await listen('Ada');
    await ada.next();
    const bo = await listen('Bo');
    expect((await ada.next()).people).toMatchObject([{ username: 'Ada' }, { username: 'Bo' }]);
    bo.leave();
    expect((await ada.next()).people).toMatchObject([{ username: 'Ada' }]);
    expect(stage.game.subject.observed).toBe(true);
    ada.leave();
    await until(() => !stage.game.subject.observed);
  });

  it('CarriesTheEventsOfItsOwnRoomOnly', async () => {
    const page = await listen('Ada');
    await page.next();
    stage.game.subject.next({ type: 'round-started', view: { ...viewIn('web:other', BO), gameId: 'other' } });
    stage.game.subject.next({ type: 'game-stopped', view: { ...viewIn('web:lobby', BO), phase: 'stopped' }, by: BO });
    expect(await page.next()).toMatchObject({ view: { gameId: 'game-1', phase: 'stopped' }, stoppedBy: BO });
  });

  it('EndsWithTheApplicationAndDoesNotHoldItUp', async () => {
    const page = await listen('Ada');
    await page.next();
    const startedAt = performance.now();
    await stage.close();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await expect(page.next()).rejects.toThrow();
  });

  it('IsClosedToABrowserThatNeverJoined', async () => {
    expect((await fetch(`${stage.url}/api/rooms/lobby/events?name=Ada`)).status).toBe(401);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}
