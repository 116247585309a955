import { describe, expect, it } from '@jest/globals';
import { ARTISTS, builtInCatalogue, drawPiece } from '../../../src/game/catalogue/index.js';

const { tokens, artistInfo } = builtInCatalogue();

function drawn(tokenId: string): string {
  const svg = drawPiece(tokenId);
  if (svg === undefined) throw new Error(`${tokenId} has no drawing`);
  return svg;
}

/** The first fault in the markup, or undefined: balanced tags, quoted attributes, nothing but elements. */
function markupFault(svg: string): string | undefined {
  const open: string[] = [];
  const tag = /<(\/?)([A-Za-z]+)((?: [A-Za-z0-9:-]+="[^"<>&]*")*)(\/?)>/y;
  while (tag.lastIndex < svg.length) {
    const at = tag.lastIndex;
    const match = tag.exec(svg);
    if (!match) return `no tag at ${at}: ${svg.slice(at, at + 60)}`;
    const [, closing, name = '', attributes = '', empty] = match;
    const names = [...attributes.matchAll(/ ([A-Za-z0-9:-]+)=/g)].map(([, key]) => key);
    if (new Set(names).size !== names.length) return `repeated attribute at ${at}`;
    if (closing) {
      if (open.pop() !== name) return `</${name}> closes nothing at ${at}`;
      if (open.length === 0 && tag.lastIndex !== svg.length) return `content after the root at ${tag.lastIndex}`;
    } else if (!empty) open.push(name);
  }
  return open.length > 0 ? `never closed: ${open.join(' ')}` : undefined;
}

describe('the built-in catalogue', () => {
  it('holds at least 80 pieces by at least 10 artists, 8 or more by each', () => {
    expect(ARTISTS.length).toBeGreaterThanOrEqual(10);
    expect(tokens.length).toBeGreaterThanOrEqual(80);
    for (const { address } of ARTISTS) {
      expect(tokens.filter((token) => token.primaryArtist === address).length).toBeGreaterThanOrEqual(8);
    }
  });

  it('is the same on every call, and a caller cannot change it for the next one', () => {
    const copy = builtInCatalogue();
    copy.tokens[0]?.artists.push('tz1Somebody');
    expect(builtInCatalogue()).toEqual({ tokens, artistInfo });
  });

  it('gives every piece its own id and its own name', () => {
    expect(new Set(tokens.map((token) => token.tokenId)).size).toBe(tokens.length);
    expect(new Set(tokens.map((token) => token.name)).size).toBe(tokens.length);
  });

  it('gives every artist an address of 36 characters, a name and a biography of their own', () => {
    expect(new Set(ARTISTS.map((artist) => artist.address)).size).toBe(ARTISTS.length);
    expect(new Set(ARTISTS.map((artist) => artist.displayName)).size).toBe(ARTISTS.length);
    for (const { address, displayName, bio } of ARTISTS) {
      expect(address).toMatch(/^tz1[0-9A-Za-z]{33}$/);
      expect(artistInfo[address]).toEqual({
        displayName,
        hasResolution: true,
        info: { alias: displayName, description: bio },
      });
    }
  });

  it('names only known artists as creators, and the first creator is the answer', () => {
    for (const token of tokens) {
      expect(token.artists[0]).toBe(token.primaryArtist);
      expect(new Set(token.artists).size).toBe(token.artists.length);
      for (const address of token.artists) expect(artistInfo[address]).toBeDefined();
    }
  });

  it('includes three to five pieces by two artists', () => {
    const shared = tokens.filter((token) => token.artists.length === 2);
    expect(shared.length).toBeGreaterThanOrEqual(3);
    expect(shared.length).toBeLessThanOrEqual(5);
    for (const token of shared) expect(drawn(token.tokenId)).toContain('clip-path');
  });

  it('points every piece at an image path that follows from its id', () => {
    for (const token of tokens) {
      expect(token.tokenId).toMatch(/^[0-9a-z]{12}$/);
      expect(token.imageUrl).toBe(`/art/${token.tokenId}.svg`);
      expect(token.fullImageUrl).toBe(token.imageUrl);
      expect(token.contract).toBe('builtin-generative-v1');
    }
  });

  it('does not order its pieces by artist', () => {
    const neighbours = tokens.filter((token, i) => token.primaryArtist === tokens[i + 1]?.primaryArtist);
    expect(neighbours.length).toBeLessThan(tokens.length / 4);
  });

  it('draws nothing for an id of another catalogue', () => {
    for (const id of ['', 'KT1:42', '__proto__', 'constructor']) expect(drawPiece(id)).toBeUndefined();
  });
});

describe('a drawing', () => {
  const drawings = tokens.map((token) => ({ token, svg: drawn(token.tokenId) }));

  it('has identical bytes every time it is drawn', () => {
    for (const { token, svg } of drawings) expect(drawPiece(token.tokenId)).toBe(svg);
  });

  it('is unlike every other drawing', () => {
    expect(new Set(drawings.map(({ svg }) => svg)).size).toBe(drawings.length);
  });

  it('is well-formed', () => {
    for (const { token, svg } of drawings) expect([token.name, markupFault(svg)]).toEqual([token.name, undefined]);
  });

  it('is a square image of 800 units with no script, text, style or outside reference', () => {
    for (const { svg } of drawings) {
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 800 800" role="img">/);
      expect(svg).not.toMatch(
        /<(script|style|text|title|desc|image|foreignObject|a)\b|<!--| on[a-z]+=|NaN|Infinity|undefined/,
      );
      expect([...svg.matchAll(/(?:href="|url\()([^")]*)/g)].every(([, target]) => target?.startsWith('#'))).toBe(true);
    }
  });

  it('refers only to ids that it defines once', () => {
    for (const { svg } of drawings) {
      const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [, id] of svg.matchAll(/(?:href="#|url\(#)([^")]+)/g)) expect(ids).toContain(id);
    }
  });

  it('never says who made it, and neither do its id, name and description', () => {
    const words = ARTISTS.flatMap(({ address, displayName }) => [address, ...displayName.split(/[ _-]/)])
      .map((word) => word.toLowerCase())
      .filter((word) => word.length > 3);
    for (const { token, svg } of drawings) {
      const told = `${svg} ${token.tokenId} ${token.name} ${token.description}`.toLowerCase();
      expect(words.filter((word) => told.includes(word))).toEqual([]);
    }
  });

  it('takes between 1 and 150 kB, and most take less than 60', () => {
    const sizes = drawings.map(({ svg }) => Buffer.byteLength(svg));
    expect(Math.min(...sizes)).toBeGreaterThan(1_000);
    expect(Math.max(...sizes)).toBeLessThan(150_000);
    expect(sizes.filter((size) => size < 60_000).length).toBeGreaterThan(sizes.length * 0.6);
  });

  it('starts every stroke in or near its frame, and most of them inside', () => {
    for (const { token, svg } of drawings) {
      const starts = [...svg.matchAll(/M(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
      const within = (slack: number): number =>
        starts.filter(([x, y]) => Math.min(x, y) >= -slack && Math.max(x, y) <= 800 + slack).length;
      expect([token.name, within(400)]).toEqual([token.name, starts.length]);
      expect(within(130)).toBeGreaterThanOrEqual(starts.length * 0.6);
    }
  });

  it('shares no id with another drawing, so that a page may show several inline', () => {
    const prefixes = ARTISTS.flatMap((artist) => [0, 1, 2, 3].map((plate) => artist.draw(String(plate))))
      .map((svg) => / id="([^"]+)"/.exec(svg)?.[1])
      .filter((id) => id !== undefined);
    expect(new Set(prefixes).size).toBe(prefixes.length);
  });
});

describe('any seed', () => {
  it('makes a well-formed drawing, a title and a description for every artist', () => {
    for (const artist of ARTISTS) {
      for (const seed of ['', 'any text', '∞', '1000001', '__proto__']) {
        const svg = artist.draw(seed);
        expect([artist.displayName, seed, markupFault(svg)]).toEqual([artist.displayName, seed, undefined]);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        expect(svg.length).toBeLessThan(150_000);
        expect(artist.title(seed)).toMatch(/\S+ \S+/);
        expect(artist.describe(seed)).toMatch(/\.$/);
      }
    }
  });
});
