import { describe, expect, test } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, Min, ValidateNested } from 'class-validator';
import { entityCodec } from '../../../src/storage/entity-codec.js';
import { ValueRefusedError } from '../../../src/storage/index.js';

class Channel {
  @IsString()
  id!: string;

  @IsInt()
  @Min(1)
  @Max(60)
  seconds!: number;
}

class Settings {
  @IsString()
  prefix!: string;

  @IsOptional()
  @IsString()
  language?: string;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Channel)
  channels?: Channel[];

  @IsOptional()
  @Type(() => Date)
  since?: Date;

  get shout(): string {
    return this.prefix.toUpperCase();
  }
}

const codec = entityCodec(Settings);
const roundTrip = (value: unknown): Settings =>
  codec.read(JSON.parse(JSON.stringify(codec.check(value as Settings, 'k'))), 'k');

function refusal(value: unknown): ValueRefusedError {
  try {
    codec.check(value as Settings, 'k');
  } catch (error) {
    if (error instanceof ValueRefusedError) return error;
    throw error;
  }
  throw new Error('The value was not refused');
}

describe('an entity', () => {
  test('comes back as an instance, with nested members as instances', () => {
    const settings = roundTrip({ prefix: 'x', channels: [{ id: 'c', seconds: 5 }], since: new Date(5) });
    expect(settings).toBeInstanceOf(Settings);
    expect(settings.shout).toBe('X');
    expect(settings.channels?.[0]).toBeInstanceOf(Channel);
    expect(settings.since).toEqual(new Date(5));
  });

  test('is accepted as an instance too, and its unset members are not stored', () => {
    const settings = Object.assign(new Settings(), { prefix: 'x', language: undefined });
    expect(codec.check(settings, 'k')).toStrictEqual({ prefix: 'x' });
  });

  test('keeps members without a rule', () => {
    expect(roundTrip({ prefix: 'x', extra: { deep: [1] } })).toMatchObject({ extra: { deep: [1] } });
  });

  test('is refused with the path of every member that failed', () => {
    const error = refusal({
      prefix: 5,
      channels: [
        { id: 'c', seconds: 5 },
        { id: 7, seconds: 99 },
      ],
    });
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain('prefix: prefix must be a string');
    expect(error.message).toContain('channels[1].id: id must be a string');
    expect(error.message).toContain('channels[1].seconds: seconds must not be greater than 60');
    expect(error.errors.map(({ property }) => property)).toEqual(['prefix', 'channels']);
  });

  test.each([[null], [5], ['text'], [[]], [undefined]])('is refused when it is %p', (value) => {
    expect(() => codec.check(value as unknown as Settings, 'k')).toThrow(
      'Expected `value` to be an object of Settings',
    );
  });

  test('is refused when it refers to itself', () => {
    const circle: Record<string, unknown> = { prefix: 'x' };
    circle.self = circle;
    expect(() => codec.check(circle as unknown as Settings, 'k')).toThrow(/refers to itself/);
  });

  test('of a class without rules is accepted as it is', () => {
    class Free {}
    expect(entityCodec(Free).check({ any: 'thing' }, 'k')).toStrictEqual({ any: 'thing' });
  });

  test('keeps members named __proto__ and constructor, at any depth', () => {
    const text = '{"prefix":"x","scores":{"__proto__":1,"constructor":{"constructor":"y"}},"list":[{"constructor":2}]}';
    const value = JSON.parse(text);
    expect(JSON.stringify(codec.check(value, 'k'))).toBe(text);
    const settings = codec.read(JSON.parse(text), 'k');
    expect(settings).toBeInstanceOf(Settings);
    expect(JSON.stringify(settings)).toBe(text);
    expect(Object.getPrototypeOf((settings as unknown as { scores: object }).scores)).toBe(Object.prototype);
  });
});
