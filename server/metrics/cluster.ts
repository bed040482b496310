import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry } from 'prom-client';
import { HekanError } from '../errors.ts';
import type { Meters } from './meters.ts';

const ASK = 'hekan:metrics?';
const ANSWER = 'hekan:metrics';
/** prom-client waits 5 s for its workers. */
const WAIT_MS = 6000;

interface Asked {
  type: string;
  id: number;
}
interface Answered {
  type: string;
  id: number;
  text?: string;
  failed?: string;
}

/** In the primary: answers workers that ask for the sum of all workers' meters. @returns stop. */
export function answerClusterMetrics(): () => void {
  const all = new AggregatorRegistry();
  const answer = (worker: Worker, told: Asked) => {
    if (told.type !== ASK) return;
    const send = (rest: Pick<Answered, 'text' | 'failed'>) => {
      if (worker.isConnected()) worker.send({ type: ANSWER, id: told.id, ...rest } satisfies Answered);
    };
    all.clusterMetrics().then(
      (text) => send({ text }),
      (error: unknown) => send({ failed: (error as Error).message }),
    );
  };
  cluster.on('message', answer);
  return () => cluster.off('message', answer);
}

/**
 * In a worker: whoever asks this process for metrics gets those of all of them, because he cannot choose which one answers.
 * @returns the text, in format 0.0.4. It throws HekanError('unavailable') where the primary does not answer in time.
 */
export function clusterMetricsText(meters: Meters): () => Promise<string> {
  AggregatorRegistry.setRegistries(meters.registry);
  // It listens for the primary's questions; the registry itself stays empty.
  new AggregatorRegistry();
  const waiting = new Map<number, (answered: Answered) => void>();
  let asked = 0;
  process.on('message', (told: Answered) => {
    if (told.type === ANSWER) waiting.get(told.id)?.(told);
  });
  return () =>
    new Promise((done, fail) => {
      const id = asked++;
      const end = ({ text, failed }: Pick<Answered, 'text' | 'failed'>) => {
        clearTimeout(timer);
        waiting.delete(id);
        if (text !== undefined) done(text);
        else fail(new HekanError('unavailable', `no metrics: ${failed ?? 'no answer'}`, { retryAfterS: 5 }));
      };
      const timer = setTimeout(() => end({ failed: 'the primary did not answer in time' }), WAIT_MS);
      waiting.set(id, end);
      process.send?.({ type: ASK, id } satisfies Asked);
    });
}
