/** Reading behind an opening ends when the log is closed, at once. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Verification } from '../../../../src/storage/log/verification.js';

test('who stops while a piece is being read does not wait for a pause, which would keep no process alive', async () => {
  const verification = new Verification();
  let goOn: (value?: unknown) => void = () => undefined;
  const reading = new Promise((resolve) => {
    goOn = resolve;
  });
  const begun = new Promise<void>((resolve) => {
    verification.start(async (pause) => {
      await pause();
      resolve();
      await reading;
      while (await pause());
    });
  });
  // Started for good after two seconds, and kept by a timer of this test: that of the verification holds nobody.
  const alive = setInterval(() => undefined, 1000);
  try {
    await begun;
    // A piece that takes as long is paused for four times that.
    await delay(1000);
    const stopped = verification.stop().then(() => 'stopped');
    goOn();
    expect(await Promise.race([stopped, delay(1500, 'waits')])).toBe('stopped');
  } finally {
    clearInterval(alive);
  }
});
