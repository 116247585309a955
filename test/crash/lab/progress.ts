/** Shows how far the lab is: on a terminal a block of lines that is drawn over itself, elsewhere a line a minute. */
import { stripVTControlCharacters } from 'node:util';
import type { Campaign } from './campaign.js';
import { type Paint, progressInAWord, progressLines, repeatCommand } from './report.js';

const REDRAWN_MS = 500;
const TOLD_MS = 60_000;
const CLEAR_BELOW = '\x1b[J';

export interface Screen {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  write(text: string): unknown;
}

export class Progress {
  readonly #timer: NodeJS.Timeout;
  #drawn = 0;
  #told = 0;

  constructor(
    private readonly campaign: Campaign,
    private readonly screen: Screen,
    private readonly paint: Paint,
  ) {
    const every = screen.isTTY ? REDRAWN_MS : TOLD_MS;
    this.#timer = setInterval(() => this.#show(), every).unref();
  }

  /** A round began or ended. */
  changed(): void {
    if (this.screen.isTTY) this.#draw();
    else this.#tellViolations();
  }

  /** Leaves the place to the report. */
  end(): void {
    clearInterval(this.#timer);
    if (this.#drawn > 0) this.screen.write(this.#above + CLEAR_BELOW);
    this.#drawn = 0;
  }

  #show(): void {
    if (this.screen.isTTY) this.#draw();
    else this.screen.write(`${progressInAWord(this.campaign)}\n`);
  }

  get #above(): string {
    return `\x1b[${this.#drawn}A\r`;
  }

  #draw(): void {
    const { columns = 80, rows = 24 } = this.screen;
    const all = progressLines(this.campaign, this.paint).map((line) => fitted(line, columns - 1));
    // What has left the screen cannot be drawn over: where it is low, the running one has to do.
    const lines = all.length < rows ? all : all.filter((line) => line.startsWith('▸'));
    this.screen.write(
      `${this.#drawn > 0 ? this.#above : ''}${CLEAR_BELOW}${lines.map((line) => `${line}\n`).join('')}`,
    );
    this.#drawn = lines.length;
  }

  #tellViolations(): void {
    const all = this.campaign.tallies.flatMap(({ experiment, violations }) =>
      violations.map(({ seed }) => repeatCommand(experiment.name, seed)),
    );
    if (all.length > this.#told) {
      const commands = new Set(all.slice(this.#told));
      this.screen.write(`Violations: ${[...commands].join('; ')}\n`);
    }
    this.#told = all.length;
  }
}

/** A line that is wrapped would be two. */
function fitted(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= columns ? line : `${plain.slice(0, Math.max(0, columns - 1))}…`;
}
