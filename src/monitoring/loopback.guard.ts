import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable } from '@nestjs/common';
import { strangeness } from './loopback.js';

interface Asked {
  socket?: { remoteAddress?: string };
  headers: Record<string, string | string[] | undefined>;
}

/**
 * Lets in requests that come over this machine's own loopback interface and were meant for it. Stands wherever nobody
 * gave another guard. A page that a browser here has open may not ask under its own name either (DNS rebinding).
 */
@Injectable()
export class LoopbackGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { socket, headers } = context.switchToHttp().getRequest<Asked>();
    if (strangeness(socket?.remoteAddress, headers) === undefined) return true;
    throw new ForbiddenException('Only this machine may ask, over 127.0.0.1, until the application is given a guard.');
  }
}
