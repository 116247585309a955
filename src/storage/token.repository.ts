import { Injectable } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { AppendLogService } from './append-log.service.js';
import { assertNumber, isPlainObject, mistake } from './arguments.js';
import { type EntryMeta, setMember } from './log/index.js';
import { LogRepository } from './log.repository.js';
import { escapeNames } from './member-names.js';
import { ArtistInfo, Token, TokenCatalogue } from './token-catalogue.js';
import { assertValid } from './validation.js';
import type { ValueCodec } from './value-codec.js';

const TOKENS_LOG = 'tokens';
const MS_PER_HOUR = 3_600_000;

/** The catalogue's members live under their own names as keys; one alone is held to the same rules as in the whole. */
const memberCodec: ValueCodec<unknown> = {
  read: (stored) => stored,
  check(value, key) {
    const member: Record<string, unknown> = {};
    setMember(member, key, value);
    assertCatalogue(member, key);
    return value;
  },
};

/**
 * The catalogue of artworks, in the log `tokens`: one whole state, replaced as a whole by {@link saveTokens}.
 * @publicApi
 */
@Injectable()
export class TokenRepository extends LogRepository<unknown> {
  constructor(logs: AppendLogService) {
    super(logs, TOKENS_LOG, memberCodec);
  }

  /**
   * Replaces the catalogue, stamped with the present time. Artists of the former catalogue do not survive.
   * @param source where the tokens were fetched, kept with the catalogue
   * @returns the catalogue as stored
   * @throws TypeError when a token or artist breaks a rule; the former catalogue stays.
   */
  async saveTokens(
    tokens: readonly Token[],
    artistInfo?: Readonly<Record<string, ArtistInfo>>,
    meta?: EntryMeta,
    source?: string,
  ): Promise<TokenCatalogue> {
    if (!Array.isArray(tokens)) throw mistake('tokens', 'an array of tokens', tokens);
    if (artistInfo !== undefined && !isPlainObject(artistInfo)) {
      throw mistake('artistInfo', 'an object of artists by address', artistInfo);
    }
    const catalogue: TokenCatalogue = {
      lastUpdated: new Date().toISOString(),
      count: tokens.length,
      tokens: [...tokens],
      ...(artistInfo === undefined ? {} : { artistInfo: { ...artistInfo } }),
      ...(source === undefined ? {} : { source }),
    };
    assertCatalogue(catalogue);
    await this.logs.append(TOKENS_LOG, { op: 'SET', data: { ...catalogue } }, meta);
    return catalogue;
  }

  /** The catalogue as saved, undefined where there is none. An older one may lack fields; it is never refused. */
  async loadTokens(): Promise<TokenCatalogue | undefined> {
    let replaced: boolean;
    let catalogue: Record<string, unknown>;
    const subscription = this.changes().subscribe(() => {
      replaced = true;
    });
    try {
      // Its members are read one by one; a catalogue saved in between must not be mixed with the former one.
      do {
        replaced = false;
        catalogue = {};
        for await (const [member, value] of this.entries()) setMember(catalogue, member, value);
      } while (replaced);
    } finally {
      subscription.unsubscribe();
    }
    return Array.isArray(catalogue.tokens) ? (catalogue as unknown as TokenCatalogue) : undefined;
  }

  /**
   * True where there is no catalogue, or it is older than `maxAgeHours`.
   * A time that cannot be read, or lies further ahead than that (a clock was wrong), counts as too old.
   */
  async needsTokenRefresh(maxAgeHours = 24): Promise<boolean> {
    assertNumber('maxAgeHours', maxAgeHours);
    if (maxAgeHours < 0) throw mistake('maxAgeHours', 'a number of hours ≥ 0', maxAgeHours);
    if (!(await this.has('tokens'))) return true;
    const lastUpdated = await this.get('lastUpdated');
    const ageMs = typeof lastUpdated === 'string' ? Date.now() - Date.parse(lastUpdated) : Number.NaN;
    return !(Math.abs(ageMs) <= maxAgeHours * MS_PER_HOUR);
  }
}

/** Checks a catalogue, or one member of it. */
function assertCatalogue(catalogue: object, only?: string): void {
  assertValid(plainToInstance(TokenCatalogue, escapeNames(catalogue)), { only });
  const { artistInfo } = catalogue as Partial<TokenCatalogue>;
  for (const [address, artist] of Object.entries(artistInfo ?? {})) {
    const at = `artistInfo.${address}`;
    if (!isPlainObject(artist)) throw mistake(at, 'an object', artist);
    assertValid(plainToInstance(ArtistInfo, escapeNames(artist)), { at });
  }
}
