/** Which period of the archive a time lies in. All of it is UTC. Pure. */
import { CronTime } from 'cron';

/** How often an archive begins a new file: each UTC day, each ISO week, or at each time of a cron expression. @publicApi */
export type Rotation = 'daily' | 'weekly' | (string & {});

/** A period: what its file is called, and the first time behind it, in milliseconds since 1970. @internal */
export interface Period {
  name: string;
  endMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Of 1970, the first Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
/** The longest way back to the last time of a cron expression that is looked for. */
const FARTHEST_MS = 5 * 366 * DAY_MS;

/** @internal */
export function periodsOf(rotation: Rotation): (timeMs: number) => Period {
  if (rotation === 'daily') return dayOf;
  if (rotation === 'weekly') return weekOf;
  const cron = new CronTime(rotation, 'UTC');
  return (timeMs) => cronPeriodOf(cron, timeMs);
}

function dayOf(timeMs: number): Period {
  const startMs = Math.floor(timeMs / DAY_MS) * DAY_MS;
  return { name: dateOf(startMs), endMs: startMs + DAY_MS };
}

/** A week begins on Monday and belongs to the year in which its Thursday lies (ISO 8601). */
function weekOf(timeMs: number): Period {
  const startMs = Math.floor((timeMs - FIRST_MONDAY_MS) / (7 * DAY_MS)) * 7 * DAY_MS + FIRST_MONDAY_MS;
  const thursday = new Date(startMs + 3 * DAY_MS);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY_MS));
  return { name: `${year}-W${String(week).padStart(2, '0')}`, endMs: startMs + 7 * DAY_MS };
}

/** From one time of the expression up to the next; named by its start, with seconds where it has some. */
function cronPeriodOf(cron: CronTime, timeMs: number): Period {
  const startMs = lastFire(cron, timeMs);
  const endMs = nextFire(cron, timeMs);
  const text = new Date(startMs).toISOString();
  const time = text.slice(11, 19).replaceAll(':', '');
  return { name: `${dateOf(startMs)}T${time.endsWith('00') ? time.slice(0, 4) : time}`, endMs };
}

/** Goes back by ever longer steps until an expression's time lies before, then forward from fire to fire. */
function lastFire(cron: CronTime, timeMs: number): number {
  for (let stepMs = MINUTE_MS; stepMs < FARTHEST_MS; stepMs *= 2) {
    let fire = nextFire(cron, timeMs - stepMs);
    if (fire > timeMs) continue;
    for (let next = nextFire(cron, fire); next <= timeMs; next = nextFire(cron, fire)) fire = next;
    return fire;
  }
  return 0;
}

/** The first time behind this one. */
function nextFire(cron: CronTime, timeMs: number): number {
  return cron.getNextDateFrom(new Date(timeMs), 'UTC').toMillis();
}

function dateOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
