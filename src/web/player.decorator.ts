import { createParamDecorator, ExecutionContext, UnauthorizedException } from '@nestjs/common';
import { tokenFromCookies, userIdOf } from './identity.js';

interface RequestWithHeaders {
  headers: { cookie?: string };
}

/** The userId of the request's browser; refuses a browser that has not joined any room yet. */
export const UserId = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const userId = knownUserId(context);
  if (userId === undefined) throw new UnauthorizedException('Join the room first.');
  return userId;
});

/** The userId of the request's browser, or undefined for a newcomer. */
export const KnownUserId = createParamDecorator((_: unknown, context: ExecutionContext) => knownUserId(context));

function knownUserId(context: ExecutionContext): string | undefined {
  const request = context.switchToHttp().getRequest<RequestWithHeaders>();
  const token = tokenFromCookies(request.headers.cookie);
  return token === undefined ? undefined : userIdOf(token);
}
