/** A screen on /api/live: when it heard of each case. */
import { get } from 'node:http';

export interface Screen {
  /** ms since 1970, by case. */
  heard: ReadonlyMap<number, number>;
  /** How often it was told to read everything anew, or lost the line. */
  interrupted(): number;
  close(): void;
}

/** Listens until closed; a line that ends is taken up where it was left, as a browser does. */
export function openScreen(url: string): Screen {
  const heard = new Map<number, number>();
  let [interrupted, closed, lastId] = [0, false, ''];
  let close = () => undefined as unknown;

  function hear(event: string): void {
    lastId = /^id: (\d+)$/m.exec(event)?.[1] ?? lastId;
    if (event.includes('event: reset')) interrupted++;
    const caseId = /"action": ?"report"/.test(event) ? /"caseId": ?(\d+)/.exec(event)?.[1] : undefined;
    if (caseId !== undefined && !heard.has(Number(caseId)))
      heard.set(Number(caseId), performance.timeOrigin + performance.now());
  }
  function listen(): void {
    let rest = '';
    const again = () => {
      if (closed) return;
      interrupted++;
      setTimeout(listen, 100);
    };
    const asked = get(`${url}/api/live`, { headers: lastId === '' ? {} : { 'last-event-id': lastId } }, (response) => {
      response.setEncoding('utf8').on('data', (part: string) => {
        const events = (rest + part).split('\n\n');
        rest = events.pop() ?? '';
        events.forEach(hear);
      });
      response.on('error', () => undefined).on('close', again);
    });
    asked.on('error', () => undefined);
    close = () => asked.destroy();
  }
  listen();
  return {
    heard,
    interrupted: () => interrupted,
    close() {
      closed = true;
      close();
    },
  };
}
