import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable } from '@nestjs/common';

interface Asked {
  socket?: { remoteAddress?: string };
  headers: Record<string, string | string[] | undefined>;
}

/** What a proxy says about whom it asks for: he may be anywhere. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];
const LOOPBACK_ADDRESS = /^(::1|(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i;
const LOOPBACK_HOST = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d+)?$/i;

/**
 * Lets in requests that come over this machine's own loopback interface and were meant for it. Stands wherever nobody
 * gave another guard. A page that a browser here has open may not ask under its own name either (DNS rebinding).
 */
@Injectable()
export class LoopbackGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { socket, headers } = context.switchToHttp().getRequest<Asked>();
    const isOurs = LOOPBACK_ADDRESS.test(socket?.remoteAddress ?? '') && LOOPBACK_HOST.test(String(headers.host ?? ''));
    if (isOurs && FORWARDED.every((name) => headers[name] === undefined)) return true;
    throw new ForbiddenException('Only this machine may ask, over 127.0.0.1, until the application is given a guard.');
  }
}
