/**
 * The load, in a process of its own. Open loop: request i is due at i / rate, and its time counts from then, however late it could be
 * sent. With rate 0 it is closed: each of `connections` sends the next when the last one is answered.
 * Arguments: the plan as JSON. Writes lines outlet, external id, due (ms since 1970), latency (ms), status, receipt, with tabs between.
 */
import { createWriteStream, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../random.ts';
import type { Spots } from './city.ts';
import { requestMaker, type Made } from './requests.ts';

export interface SenderPlan {
  url: string;
  /** File of the Spots. */
  spots: string;
  /** Where the lines go. */
  out: string;
  run: string;
  seed: number;
  rate: number;
  seconds: number;
  connections: number;
}

const plan = JSON.parse(process.argv[2]!) as SenderPlan;
const make = requestMaker(JSON.parse(readFileSync(plan.spots, 'utf8')) as Spots, randomFrom(plan.seed), plan.run);
const agent = new Agent({ keepAlive: true, maxSockets: plan.connections, scheduling: 'fifo' });
const lines = createWriteStream(plan.out);
const { hostname, port } = new URL(plan.url);

function send({ outlet, headers, body }: Made): Promise<{ status: number; receipt: string }> {
  return new Promise((done) => {
    const lost = () => done({ status: 0, receipt: '' });
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const sent = request(
      { agent, hostname, port, method: 'POST', path: `/api/signals/${outlet}`, headers: { ...headers, ...length } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => {
          const receipt = /"receipt":"([0-9a-f-]{36})"/.exec(text)?.[1] ?? '';
          done({ status: response.statusCode ?? 0, receipt });
        });
        response.on('error', lost);
      },
    );
    sent.on('error', lost);
    sent.end(body);
  });
}

const clock = () => performance.timeOrigin + performance.now();

async function one(due: number): Promise<void> {
  const made = make(new Date(due));
  const { status, receipt } = await send(made);
  const latency = clock() - due;
  lines.write(`${[made.outlet, made.externalId, due.toFixed(2), latency.toFixed(2), status, receipt].join('\t')}\n`);
}

async function open(): Promise<void> {
  const began = clock();
  const total = Math.round(plan.rate * plan.seconds);
  const pending = new Set<Promise<void>>();
  for (let i = 0; i < total;) {
    for (; i < total && began + (i / plan.rate) * 1000 <= clock(); i++) {
      const sending = one(began + (i / plan.rate) * 1000).finally(() => pending.delete(sending));
      pending.add(sending);
    }
    await sleep(1);
  }
  await Promise.all(pending);
}

async function closed(): Promise<void> {
  const end = clock() + plan.seconds * 1000;
  const connection = async () => {
    while (clock() < end) await one(clock());
  };
  await Promise.all(Array.from({ length: plan.connections }, connection));
}

await (plan.rate > 0 ? open() : closed());
agent.destroy();
await new Promise<void>((done) => lines.end(done));
