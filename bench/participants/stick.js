// @ts-check
// The raw limit: what the bare calls take. Each scenario says for itself what they are.

export const version = () => process.version;

export function open() {
  throw new Error('The raw limit is measured by the scenario itself.');
}
