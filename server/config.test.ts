import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONFIG_SCHEMA, parseConfig } from './config.ts';

const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
const operations = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8');

describe('configuration', () => {
  it('has an example of every setting, with the default, and of no other', () => {
    const given = Object.fromEntries(
      [...example.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, key, value]) => [key!, value!]),
    );
    expect(Object.keys(given).sort()).toEqual(Object.keys(CONFIG_SCHEMA.shape).sort());
    expect(parseConfig(given)).toEqual(parseConfig({}));
  });

  it('is told in docs/operations.md, every setting of it', () => {
    for (const key of Object.keys(CONFIG_SCHEMA.shape)) expect(operations).toContain(`\`${key}\``);
  });

  it.each([
    [{ PORT: '1.5' }, /PORT.*1\.5/],
    [{ PORT: '-1' }, /PORT/],
    [{ HEKAN_POOL: 'many' }, /HEKAN_POOL.*many/],
    [{ HEKAN_PUBLIC_URL: 'city' }, /HEKAN_PUBLIC_URL.*city/],
  ])('names what is wrong: %o', (env, message) => {
    expect(() => parseConfig(env)).toThrow(message);
  });

  it('never tells the password', () => {
    expect(() => parseConfig({ DATABASE_URL: 'http://user:secret@x' })).toThrow(/DATABASE_URL/);
    expect(() => parseConfig({ DATABASE_URL: 'http://user:secret@x' })).not.toThrow(/secret/);
  });

  it('takes an empty setting for none', () => {
    expect(parseConfig({ PORT: '', DATABASE_URL: '' })).toEqual(parseConfig({}));
  });
});
