import { ConsoleLogger } from '@nestjs/common';

/** Parts of the framework that tell of every route and module, and report errors that `main.ts` explains better. */
const CHATTY = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'ExceptionHandler',
]);

/** The usual log without the framework's own start-up, so that what the application says can be seen. */
export class QuietLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (!isChatter(rest)) super.log(message, ...rest);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (!isChatter(rest)) super.error(message, ...rest);
  }
}

/** Nest passes the context last. */
function isChatter(rest: unknown[]): boolean {
  return CHATTY.has(String(rest.at(-1)));
}
