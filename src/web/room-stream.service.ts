import { BeforeApplicationShutdown, Injectable, MessageEvent } from '@nestjs/common';
import { defer, filter, finalize, interval, map, merge, Observable, of, Subject, takeUntil } from 'rxjs';
import { GameEvent, GamePlayer, GameService } from '../game/index.js';
import { Presence } from './presence.js';
import { channelOf } from './room-code.js';
import type { RoomState } from './web.types.js';

/** A page that hears nothing for two and a half of these takes the connection for dead. */
const HEARTBEAT_MS = 4_000;

/** Tells every page of a room what happens there. */
@Injectable()
export class RoomStream implements BeforeApplicationShutdown {
  private readonly presence = new Presence();
  private readonly comings = new Subject<string>();
  private readonly closing = new Subject<void>();

  constructor(private readonly game: GameService) {}

  /** What a room looks like now. */
  state(room: string): RoomState {
    return { now: Date.now(), people: this.presence.peopleIn(room), view: this.game.view(channelOf(room)) ?? null };
  }

  /** The room as it is and every change to it, until the page goes away or the application shuts down. */
  open(room: string, player: GamePlayer, isWatching = false): Observable<MessageEvent> {
    return defer(() => {
      const leave = this.presence.enter(room, player, isWatching);
      this.comings.next(room);
      return merge(
        of(undefined),
        this.game.events(channelOf(room)),
        this.comings.pipe(
          filter((changed) => changed === room),
          map(() => undefined),
        ),
      ).pipe(
        map((event) => this.message(room, event)),
        (messages) => merge(messages, heartbeats()),
        takeUntil(this.closing),
        finalize(() => {
          leave();
          this.comings.next(room);
        }),
      );
    });
  }

  /** An open stream would keep the server from closing. */
  beforeApplicationShutdown(): void {
    this.closing.next();
    this.closing.complete();
  }

  private message(room: string, event: GameEvent | undefined): MessageEvent {
    const state = this.state(room);
    // The view of the event itself, so that no step is skipped when two of them follow closely.
    if (event !== undefined) state.view = event.view;
    if (event?.type === 'game-stopped') state.stoppedBy = event.by;
    return { type: 'state', data: state };
  }
}

function heartbeats(): Observable<MessageEvent> {
  return interval(HEARTBEAT_MS).pipe(map(() => ({ type: 'heartbeat', data: { now: Date.now() } })));
}
