import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildAddressCity, standardText, type MadeAddress } from '../../../bench/lib/addresses/city.ts';
import { truthCases } from '../../../bench/lib/addresses/noise.ts';
import { Matcher } from '../match/matcher.ts';
import { AddressBase } from './base.ts';

const city = buildAddressCity(11, 700, true);
const texts = [true, false].flatMap((complete) =>
  Array.from(truthCases(city.addresses, 5, 250, complete), ({ text }) => text),
);

const add = (base: AddressBase, a: MadeAddress): void =>
  base.add({ code: a.code, text: standardText(a), lng: a.lng, lat: a.lat, divisionId: a.divisionId });

function answersOf(base: AddressBase): string[] {
  const matcher = new Matcher(base);
  return texts.map((text) => {
    const { level, confidence, lng, lat, code, reason, divisionId } = matcher.match(text);
    return [text, code, level, confidence.toFixed(6), lng?.toFixed(6), lat?.toFixed(6), reason, divisionId].join(' ');
  });
}

it('a base that was edited answers as one that was read anew', () => {
  const { addresses } = city;
  const edit = fc.record({
    at: fc.nat(addresses.length - 1),
    act: fc.constantFrom('remove', 'move', 'rename', 'add'),
    to: fc.nat(addresses.length - 1),
  });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 40 }), (edits) => {
      const now = new Map(addresses.filter((_, i) => i % 3 !== 0).map((a) => [a.code, a]));
      const edited = new AddressBase({ divisions: city.divisions });
      for (const a of now.values()) add(edited, a);
      for (const { at, act, to } of edits) {
        const [one, other] = [addresses[at]!, addresses[to]!];
        const known = now.get(one.code);
        if (act === 'remove') now.delete(one.code);
        else if (act === 'add') now.set(one.code, one);
        else if (act === 'move' && known) now.set(one.code, { ...known, lng: other.lng, lat: other.lat });
        else if (known) now.set(one.code, { ...known, road: other.road, number: other.number, group: other.group });
        edited.remove(one.code);
        const wanted = now.get(one.code);
        if (wanted) addIfFound(edited, wanted);
      }
      const anew = new AddressBase({ divisions: city.divisions });
      for (const a of now.values()) addIfFound(anew, a);
      expect(answersOf(edited)).toEqual(answersOf(anew));
    }),
    { numRuns: 30 },
  );
});

/** An edit may leave an address without any name: neither base takes it. */
function addIfFound(base: AddressBase, a: MadeAddress): void {
  if (a.road !== '' || a.estate !== '' || a.group !== '') add(base, a);
}
