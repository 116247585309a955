/**
 * Which processes of one store are alive, as far as this one can tell. Clocks of machines are never compared: a beat is
 * dated by the clock of whoever hears it.
 */

/** How much longer others wait than a process may take itself for alive, as a part of its time to live. */
const MARGIN = 0.25;

interface Sign {
  /** When this process heard it, in milliseconds of its own monotonic clock. */
  at: number;
  ttlMs: number;
}

export class Living {
  private readonly signs = new Map<string, Sign>();

  /** @param ttlMs of a process that is named somewhere and was never heard of */
  constructor(private readonly ttlMs: number) {}

  /** A process has given a sign of life. */
  hear(process: string, ttlMs: number, now: number): void {
    this.signs.set(process, { at: now, ttlMs });
  }

  /** A process has left, or somebody who waited long enough has said that it is gone. */
  bury(process: string): void {
    this.signs.set(process, { at: Number.NEGATIVE_INFINITY, ttlMs: this.ttlMs });
  }

  /**
   * Whether a process is gone for good.
   * @param provenAt up to which moment this process is known to have heard everything: when it began its own newest beat
   * that it has heard itself. One that is cut off hears nothing, and must not take all others for dead.
   */
  isGone(process: string, provenAt: number, now: number): boolean {
    const sign = this.signs.get(process);
    // Its first sign may still be on the way: the game that names it came by another log.
    if (!sign) this.hear(process, this.ttlMs, now);
    return sign !== undefined && provenAt - sign.at >= sign.ttlMs * (1 + MARGIN);
  }

  /** Those who are gone and whom nobody has buried. */
  lost(provenAt: number, now: number): string[] {
    const known = [...this.signs].filter(([, { at }]) => at > Number.NEGATIVE_INFINITY);
    return known.map(([process]) => process).filter((process) => this.isGone(process, provenAt, now));
  }
}
