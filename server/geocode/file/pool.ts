import { Worker } from 'node:worker_threads';
import type { ChunkResult, FileChunk } from './chunk.ts';

/** What a worker knows when it is ready. */
export interface WorkerReady {
  version: number;
  addresses: number;
}

function answerOf<T>(worker: Worker): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const end = (settle: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      settle();
    };
    const onMessage = (message: T) => end(() => resolve(message));
    const onError = (error: Error) => end(() => reject(error));
    const onExit = (code: number) => end(() => reject(new Error(`a worker ended with ${code}`)));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}

/** Threads that geocode, each with the addresses of the city. One chunk at a time each. */
export class GeocodePool {
  readonly #workers: Worker[];
  readonly #free: Worker[] = [];
  #ready: Promise<WorkerReady> | null = null;
  readonly #waiting: ((worker: Worker) => void)[] = [];

  /** @param workerData where the addresses are. @param worker what reads them and answers chunks. */
  constructor(workerData: object, size: number, worker = new URL('./worker.ts', import.meta.url)) {
    this.#workers = Array.from({ length: size }, () => new Worker(worker, { workerData }));
  }

  get size(): number {
    return this.#workers.length;
  }

  /** Waits until all have read the addresses. */
  async ready(): Promise<WorkerReady> {
    this.#ready ??= Promise.all(this.#workers.map((worker) => answerOf<WorkerReady>(worker))).then((all) => {
      this.#free.push(...this.#workers);
      return { version: Math.min(...all.map(({ version }) => version)), addresses: all[0]!.addresses };
    });
    return this.#ready;
  }

  async run(chunk: FileChunk): Promise<ChunkResult> {
    const worker = this.#free.pop() ?? (await new Promise<Worker>((give) => this.#waiting.push(give)));
    try {
      const answer = answerOf<ChunkResult>(worker);
      worker.postMessage(chunk);
      return await answer;
    } finally {
      const next = this.#waiting.shift();
      if (next) next(worker);
      else this.#free.push(worker);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
