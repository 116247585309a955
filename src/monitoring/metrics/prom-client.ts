/** prom-client, for those who want metrics. Whoever does not want them need not have it. */
import type * as PromClient from 'prom-client';
import { isMissing } from '../missing-package.js';

/**
 * @param isNeeded whether its absence is a failure
 * @returns undefined where it is not installed and not needed
 * @throws Error saying what to install
 */
export async function loadPromClient(isNeeded: boolean): Promise<typeof PromClient | undefined> {
  try {
    return await import('prom-client');
  } catch (error) {
    if (!isMissing(error, 'prom-client')) throw error;
    if (!isNeeded) return undefined;
    throw new Error('Metrics need prom-client, which is not installed: npm install prom-client', { cause: error });
  }
}
