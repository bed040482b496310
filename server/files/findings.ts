/** Where a finding was seen: line or feature number, and the value. */
export interface Example {
  line: number;
  value: string;
}

export interface Finding {
  count: number;
  /** The first few. */
  examples: Example[];
}

const EXAMPLES = 3;
const SHOWN = 120;

/** Counts what was noticed in a file, by kind, with the first examples of each. */
export class Findings {
  readonly #kinds = new Map<string, Finding>();

  add(kind: string, line: number, value = ''): void {
    const finding = this.#kinds.get(kind) ?? { count: 0, examples: [] };
    this.#kinds.set(kind, finding);
    finding.count++;
    if (finding.examples.length < EXAMPLES) finding.examples.push({ line, value: value.slice(0, SHOWN) });
  }

  count(kind: string): number {
    return this.#kinds.get(kind)?.count ?? 0;
  }

  /** By kind, the most frequent first. */
  toJSON(): Record<string, Finding> {
    return Object.fromEntries([...this.#kinds].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1)));
  }
}

/** `kind  12 (line 3: "x", line 9: "y")`, one line a kind. */
export function formatFindings(findings: Record<string, Finding>, unit = 'line'): string[] {
  return Object.entries(findings).map(([kind, { count, examples }]) => {
    const seen = examples.map(({ line, value }) => `${unit} ${line}${value ? `: ${JSON.stringify(value)}` : ''}`);
    return `  ${kind.replaceAll('_', ' ')}: ${count} (${seen.join('; ')}${count > examples.length ? '; …' : ''})`;
  });
}
