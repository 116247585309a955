/** Somebody in a room of the play page who needs no browser: posts, and hears what the room says. */
import type { AnswerOutcome, GameView } from '../../src/game/index.js';
import type { RoomState } from '../../src/web/web.types.js';

export class RoomGuest {
  private constructor(
    private readonly room: string,
    private readonly origin: string,
    private readonly cookie: string,
  ) {}

  /** Takes a seat in a room of an application. */
  static async enter(url: string, room: string): Promise<RoomGuest> {
    const response = await post(`${url}/api/rooms/${room}/join`, { name: 'Guest' });
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
    return new RoomGuest(`${url}/api/rooms/${room}`, url, cookie);
  }

  /** The same person in the same room of another application: the cookie says who it is, wherever it is shown. */
  at(url: string): RoomGuest {
    return new RoomGuest(this.room.replace(this.origin, url), url, this.cookie);
  }

  /** Chooses one of the four in the round of a view. */
  async answer({ gameId, round }: GameView, choice: number): Promise<AnswerOutcome> {
    const answer = { name: 'Guest', gameId, round, choice };
    const response = await post(`${this.room}/answer`, answer, { Cookie: this.cookie, Origin: this.origin });
    return (await response.json()) as AnswerOutcome;
  }

  /** Starts a game, with the guest as its host. */
  async startGame(settings: object): Promise<void> {
    await post(`${this.room}/start`, { name: 'Guest', ...settings }, { Cookie: this.cookie, Origin: this.origin });
  }

  /** Ends a game; only its host may. */
  async stop({ gameId }: GameView): Promise<void> {
    await post(`${this.room}/stop`, { name: 'Guest', gameId }, { Cookie: this.cookie, Origin: this.origin });
  }

  /** The first view from now on, the present one included, of which something is true. */
  async sees(what: string, isIt: (view: GameView) => boolean, patienceMs = 20_000): Promise<GameView> {
    const response = await fetch(`${this.room}/events?name=Guest`, {
      headers: { Cookie: this.cookie },
      signal: AbortSignal.timeout(patienceMs),
    });
    const seen: string[] = [];
    try {
      for await (const state of statesOf(response)) {
        seen.push(`${state.view?.phase} ${state.view?.round}`);
        if (state.view && isIt(state.view)) return state.view;
      }
    } catch (error) {
      throw new Error(`The guest never saw ${what}, but: ${seen.join(', ')}`, { cause: error });
    }
    throw new Error(`The room closed before the guest saw ${what}.`);
  }
}

async function* statesOf(response: Response): AsyncGenerator<RoomState> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(piece, { stream: true });
    const messages = text.split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      if (!/^event: state$/m.test(message)) continue;
      yield JSON.parse(/^data: (.*)$/m.exec(message)?.[1] ?? 'null') as RoomState;
    }
  }
}

async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response;
}
