import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

it('lets one work at a time, in order, also after one that failed, and refuses what would wait too long', async () => {
  const turns = new Turns(3);
  const seen: string[] = [];
  let [atIt, most] = [0, 0];
  const work = (name: string, fails = false) =>
    turns.take(async () => {
      most = Math.max(most, ++atIt);
      await new Promise((done) => setTimeout(done, 5));
      seen.push(name);
      atIt--;
      if (fails) throw new Error(name);
      return name;
    });
  const first = work('a', true);
  const others = [work('b'), work('c')];
  await expect(work('d')).rejects.toMatchObject({ code: 'too_many', retryAfterS: 10 });
  await expect(first).rejects.toThrow('a');
  expect(await Promise.all(others)).toEqual(['b', 'c']);
  expect(await work('e')).toBe('e');
  expect({ seen, most }).toEqual({ seen: ['a', 'b', 'c', 'e'], most: 1 });
});
