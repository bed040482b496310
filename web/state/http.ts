/** The only fetch of the pages. An answer that is not 2xx becomes a RequestFailed with the server's own words. */
export class RequestFailed extends Error {
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.name = 'RequestFailed';
    this.status = status;
  }
}

const TIMEOUT_MS = 20_000;

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(path, {
    headers: { accept: 'application/json' },
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  if (!response.ok) {
    const problem = (await response.json().catch(() => null)) as { detail?: string; title?: string } | null;
    throw new RequestFailed(response.status, problem?.detail ?? problem?.title ?? `HTTP ${response.status}`);
  }
  return (await response.json()) as T;
}

/** A path with the parameters that are set. */
export function withQuery(path: string, values: Record<string, string | number | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${text}`;
}
