/** What a failed call of Discord means. Pure. */
import { DiscordAPIError, HTTPError, RESTJSONErrorCodes } from 'discord.js';

/** The channel is closed to the bot; nothing it does here will succeed until somebody lets it in again. */
export function isLockedOut(error: unknown): boolean {
  const codes: unknown[] = [
    RESTJSONErrorCodes.MissingAccess,
    RESTJSONErrorCodes.MissingPermissions,
    RESTJSONErrorCodes.UnknownChannel,
  ];
  return error instanceof DiscordAPIError && codes.includes(error.code);
}

/** Somebody has deleted the message. */
export function isMessageGone(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.UnknownMessage;
}

/** Discord refuses the token. */
export function isTokenRefused(error: unknown): boolean {
  if (error instanceof DiscordAPIError) return error.status === 401;
  return error instanceof Error && 'code' in error && error.code === 'TokenInvalid';
}

/** Whether the same call may succeed a moment later: the server or the network failed, not what was asked. */
export function isPassing(error: unknown): boolean {
  if (error instanceof DiscordAPIError) return false;
  return error instanceof HTTPError || error instanceof Error;
}
