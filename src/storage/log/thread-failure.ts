/** Errors on their way from one thread to another, which keeps neither their class nor what is special about them. */
import { LogError, type LogErrorCode, systemCode } from './errors.js';

export interface ThreadFailure {
  name: string;
  message: string;
  code: string | undefined;
  stack: string | undefined;
  file: string | undefined;
  offset: number | undefined;
  line: number | undefined;
  key: string | undefined;
  hint: string | undefined;
  cause: ThreadFailure | undefined;
}

/** As plain values. */
export function failureOf(error: unknown): ThreadFailure {
  const { name, message, stack, cause } = error instanceof Error ? error : new Error(String(error));
  const { file, offset, line, key, hint }: Partial<LogError> = error instanceof LogError ? error : {};
  const code = systemCode(error);
  return {
    name,
    message,
    code,
    stack,
    file,
    offset,
    line,
    key,
    hint,
    cause: cause === undefined ? cause : failureOf(cause),
  };
}

/** An error of this thread that says the same. */
export function errorOf(failure: ThreadFailure): Error {
  const { name, message, code, stack, file, offset, line, key, hint } = failure;
  const cause = failure.cause && errorOf(failure.cause);
  if (name === 'LogError') {
    // The hint is part of the message already.
    const words = hint ? message.slice(0, -hint.length - 1) : message;
    return new LogError(code as LogErrorCode, words, { file, offset, line, key, hint, cause });
  }
  const error = name === 'SyntaxError' ? new SyntaxError(message, { cause }) : new Error(message, { cause });
  return Object.assign(error, { name, stack, ...(code !== undefined && { code }) });
}
