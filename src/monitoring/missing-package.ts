/** How it is told that an optional package is not installed. Pure. */

/** Whether it is this package that is not there, and not something that the package itself lacks. */
export function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as { code?: string; message?: string };
  const isNotFound = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isNotFound && (message?.includes(`'${name}'`) ?? false);
}
