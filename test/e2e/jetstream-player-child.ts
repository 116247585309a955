/** One application on a cluster that is told to credit games to a player, all at once, for jetstream-one-player.spec.ts. */
import { createInterface } from 'node:readline';
import { NestFactory } from '@nestjs/core';
import { jetStreamEngine } from '../../src/jetstream/index.js';
import { PlayerRepository, StorageModule } from '../../src/storage/index.js';
import { argument, tell } from '../support/parent.js';

class Application {}

const { servers } = argument<{ servers: string[] }>();
const engine = jetStreamEngine({ servers, replicas: 3, writeTimeoutMs: 60_000, connectTimeoutMs: 60_000 });
const module = { module: Application, imports: [StorageModule.forRoot({ engine })] };
const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
const players = app.get(PlayerRepository);
tell('open');

for await (const line of createInterface({ input: process.stdin })) {
  const [word, number] = line.split(' ');
  if (word === 'play') {
    const began = Date.now();
    const games = Array.from({ length: Number(number) }, (_, i) => players.updatePlayerStats('ada', 'Ada', i + 1));
    const records = await Promise.all(games);
    tell(
      'played',
      records.map(({ totalGames }) => totalGames),
      Date.now() - began,
    );
  } else if (word === 'look') {
    // Other processes see a write a moment later.
    let record = await players.getPlayerStats('ada');
    while ((record?.totalGames ?? 0) < Number(number)) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      record = await players.getPlayerStats('ada');
    }
    tell('seen', record);
  } else break;
}
await app.close();
process.exit(0);
