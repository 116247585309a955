import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { DASHBOARD_ROUTE, hasDashboard } from './dashboard-room.module.js';
import { QuietLogger } from './quiet.logger.js';

const DEFAULT_PORT = 3000;
/** Reachable from this machine only, unless HOST says otherwise. */
const DEFAULT_HOST = '127.0.0.1';

/** Starts the application and says where to play, and where its logs can be watched. */
async function main(): Promise<void> {
  loadEnvironment();
  const port = portFrom(process.env.PORT);
  const host = process.env.HOST || DEFAULT_HOST;
  const app = await NestFactory.create(AppModule.from(process.env), {
    // An open event stream would hold up the shutdown.
    forceCloseConnections: true,
    // Errors are explained below instead of ending the process with a stack.
    abortOnError: false,
    logger: process.env.DEBUG ? undefined : new QuietLogger(),
  });
  app.enableShutdownHooks();
  await app.listen(port, host).catch(async (error: unknown) => {
    // Whatever was opened before is closed in good order, so that the next start has nothing to mend.
    await app.close();
    throw error;
  });
  const address = app.getHttpServer().address() as AddressInfo;
  const url = `http://${urlHost(address)}:${address.port}`;
  process.stdout.write(`Play at ${url}\n`);
  if (hasDashboard(process.env)) process.stdout.write(`See its logs at ${url}/${DASHBOARD_ROUTE}/\n`);
}

/** What stands in `.env`, if there is one; the environment itself counts more. */
function loadEnvironment(): void {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function portFrom(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_PORT;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`PORT is "${text}", which is not a port number (0–65535).`);
  return port;
}

function urlHost({ address, family }: AddressInfo): string {
  return family === 'IPv6' ? `[${address}]` : address;
}

/** What went wrong in one line that says what to do; the stack is for those who ask for it with DEBUG=1. */
function explain(error: unknown): string {
  if (process.env.DEBUG && error instanceof Error) return error.stack ?? error.message;
  const { code, message = String(error) } = error as { code?: string; message?: string };
  if (code === 'EADDRINUSE') return `The port is taken by another program. Choose another one: PORT=3001 npm start`;
  if (code === 'EACCES') return `${message}. Choose a port above 1023 with PORT, or a DATA_DIR you may write to.`;
  return message;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`nest-append-log could not start: ${explain(error)}\n`);
  process.exit(1);
}
