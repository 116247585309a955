/** Refusals of the REST interface, with the status, code and words of the real one. */

import { RESTJSONErrorCodes as Code } from 'discord.js';

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    /** Which field is wrong and why, nested like the body, as code 50035 tells it. */
    readonly errors?: object,
  ) {
    super(message);
  }
}

export const refusals = {
  unauthorized: () => new ApiError(401, 0, '401: Unauthorized'),
  noSuchRoute: () => new ApiError(404, 0, '404: Not Found'),
  unknownChannel: () => new ApiError(404, Code.UnknownChannel, 'Unknown Channel'),
  unknownUser: () => new ApiError(404, Code.UnknownUser, 'Unknown User'),
  unknownMessage: () => new ApiError(404, Code.UnknownMessage, 'Unknown Message'),
  unknownWebhook: () => new ApiError(404, Code.UnknownWebhook, 'Unknown Webhook'),
  unknownCommand: () => new ApiError(404, Code.UnknownApplicationCommand, 'Unknown application command'),
  unknownInteraction: () => new ApiError(404, Code.UnknownInteraction, 'Unknown interaction'),
  answeredTwice: () =>
    new ApiError(400, Code.InteractionHasAlreadyBeenAcknowledged, 'Interaction has already been acknowledged.'),
  missingAccess: () => new ApiError(403, Code.MissingAccess, 'Missing Access'),
  missingPermissions: () => new ApiError(403, Code.MissingPermissions, 'Missing Permissions'),
  emptyMessage: () => new ApiError(400, Code.CannotSendAnEmptyMessage, 'Cannot send an empty message'),
  unreadableBody: () => new ApiError(400, 50_109, 'The request body contains invalid JSON.'),
};

/** Code 50035 about one field, its place written with dots as in `embeds.0.title`. */
export function invalidForm(place: string, message: string): ApiError {
  const nested = place
    .split('.')
    .reduceRight<object>((inner, key) => ({ [key]: inner }), { _errors: [{ code: 'INVALID_FORM_FIELD', message }] });
  return new ApiError(400, Code.InvalidFormBodyOrContentType, 'Invalid Form Body', nested);
}
