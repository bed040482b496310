/** Requests as four kinds of sources send them: sensors in binary mode, covers signed, collectors and a hotline in sentences. */
import { createHmac } from 'node:crypto';
import { SECRET, TOKEN, type Spots } from './city.ts';

export interface Made {
  outlet: string;
  externalId: string;
  headers: Record<string, string>;
  body: string;
}

/** Share of the signals that each outlet sends. */
const MIX = [
  ['lamps', 0.4],
  ['covers', 0.3],
  ['collectors', 0.2],
  ['hotline', 0.1],
] as const;
const TEXT =
  '市民反映小区东门外人行道上堆放装修垃圾已有三天，夹杂碎玻璃和旧家具，影响通行，夜间无照明，老人经过时险些摔倒，希望有关部门尽快到现场清理并告知处理结果。';
const BEARER = `Bearer ${TOKEN}`;

/** About the offset of GCJ-02 in this city: whatever an outlet calls its system, the point must lie in the city. */
const GCJ = { lng: 0.0066, lat: 0.0021 };

/** Makes the requests of a run. @param random 0..1. @param run goes into every id: no two runs share one. */
export function requestMaker({ points, categories }: Spots, random: () => number, run: string) {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const draw = () => {
    const roll = random();
    let sum = 0;
    return MIX.find(([, share]) => roll < (sum += share))?.[0] ?? 'lamps';
  };
  const makers: Record<(typeof MIX)[number][0], (id: string, now: Date) => Omit<Made, 'outlet'>> = {
    lamps(id, now) {
      const { lng, lat } = pick(points);
      const readings = Array.from({ length: 12 }, () => Math.round(random() * 2300) / 10);
      const body = JSON.stringify({
        category: pick(categories),
        lng,
        lat,
        lamp: `L-${id}`,
        volts: readings,
        firmware: '4.2.1',
      });
      const headers = {
        ...{ 'content-type': 'application/json', authorization: BEARER, 'ce-specversion': '1.0', 'ce-id': id },
        ...{ 'ce-source': '/lamps', 'ce-type': 'city.lamp.fault', 'ce-time': now.toISOString() },
      };
      return { externalId: `/lamps ${id}`, headers, body };
    },
    covers(id, now) {
      const { lng, lat } = pick(points);
      const data = {
        category: pick(categories),
        lng: lng + GCJ.lng,
        lat: lat + GCJ.lat,
        tiltDeg: Math.round(random() * 90),
      };
      const event = {
        specversion: '1.0',
        id,
        source: '/covers',
        type: 'city.cover.tilt',
        time: now.toISOString(),
        data,
      };
      const body = JSON.stringify(event);
      const timestamp = String(Math.floor(now.getTime() / 1000));
      const signature = `sha256=${createHmac('sha256', SECRET).update(`${timestamp}.`).update(body).digest('hex')}`;
      const headers = {
        ...{ 'content-type': 'application/cloudevents+json' },
        ...{ 'x-hekan-timestamp': timestamp, 'x-hekan-signature': signature },
      };
      return { externalId: `/covers ${id}`, headers, body };
    },
    collectors(id, now) {
      const { lng, lat, division, address } = pick(points);
      const text = TEXT.slice(0, 30 + Math.floor(random() * (TEXT.length - 30)));
      const data = {
        category: pick(categories),
        lng,
        lat,
        division,
        address,
        text,
        photos: [`https://photos.example/${id}.jpg`],
      };
      const event = {
        specversion: '1.0',
        id,
        source: '/collectors',
        type: 'city.report',
        time: now.toISOString(),
        data,
      };
      const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8', authorization: BEARER };
      return { externalId: `/collectors ${id}`, headers, body: JSON.stringify(event) };
    },
    hotline(id, now) {
      const { lng, lat, address } = pick(points);
      const place = { x: lng, y: lat, address };
      const caller = { name: '王某', phone: `138${String(Math.floor(random() * 1e8)).padStart(8, '0')}` };
      const order = { no: id, type: pick(categories), place, request: TEXT + TEXT, filed: now.toISOString(), caller };
      const headers = { 'content-type': 'application/json', authorization: BEARER };
      return { externalId: id, headers, body: JSON.stringify({ order }) };
    },
  };
  let n = 0;
  return (now: Date): Made => {
    const outlet = draw();
    return { outlet, ...makers[outlet](`${run}-${++n}`, now) };
  };
}
