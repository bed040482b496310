/** A record may span this many lines; a quote that is still open after them is a mistake of its first line. */
const MAX_LINES = 200;
const MAX_CHARS = 500_000;

export interface CsvRecord {
  /** Line of the file on which it begins, 1 = the first. */
  line: number;
  raw: string;
  /** The quote that it opens is never closed. */
  broken: boolean;
}

/**
 * Where reading stands after a line: inside a quoted field or not. A quote opens only at the start of a field, and closes only
 * before a delimiter or the line's end; a doubled one is a letter.
 */
function endsInsideQuotes(line: string, delimiter: string, inside: boolean): boolean {
  if (!inside && !line.includes('"')) return false;
  let i = 0;
  for (;;) {
    if (!inside) {
      if (line[i] !== '"') {
        const next = line.indexOf(delimiter, i);
        if (next < 0) return false;
        i = next + delimiter.length;
        continue;
      }
      inside = true;
      i++;
    }
    const quote = line.indexOf('"', i);
    if (quote < 0) return true;
    if (line[quote + 1] === '"') i = quote + 2;
    else if (quote + 1 >= line.length) return false;
    else if (line.startsWith(delimiter, quote + 1)) {
      inside = false;
      i = quote + 1 + delimiter.length;
    } else i = quote + 1;
  }
}

/**
 * Cuts lines into CSV records and keeps their true line numbers. csv-parse reads the fields; what it cannot do is go on behind
 * a quote that is never closed: here that costs one line, not the rest of the file.
 */
export class RecordCutter {
  readonly #delimiter: string;
  #lines: string[] = [];
  #chars = 0;
  #inside = false;
  #nextLine = 1;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** Takes the file's next line, without its end. @returns the records that are complete now. */
  push(line: string): CsvRecord[] {
    const number = this.#nextLine++;
    this.#inside = endsInsideQuotes(line, this.#delimiter, this.#inside);
    if (this.#lines.length === 0 && !this.#inside)
      return line === '' ? [] : [{ line: number, raw: line, broken: false }];
    this.#lines.push(line);
    this.#chars += line.length;
    if (!this.#inside) return [this.#take()];
    return this.#lines.length > MAX_LINES || this.#chars > MAX_CHARS ? this.#giveUp() : [];
  }

  /** The file has ended. */
  end(): CsvRecord[] {
    const records: CsvRecord[] = [];
    while (this.#lines.length > 0) records.push(...this.#giveUp());
    return records;
  }

  /** A record over several lines was no good: its first line is broken, the others are read anew. */
  reread(record: CsvRecord): CsvRecord[] {
    const [first = '', ...rest] = record.raw.split('\n');
    const cutter = new RecordCutter(this.#delimiter);
    cutter.#nextLine = record.line + 1;
    const records = rest.flatMap((line) => cutter.push(line));
    return [{ line: record.line, raw: first, broken: true }, ...records, ...cutter.end()];
  }

  #take(): CsvRecord {
    const record = { line: this.#nextLine - this.#lines.length, raw: this.#lines.join('\n'), broken: false };
    this.#lines = [];
    this.#chars = 0;
    this.#inside = false;
    return record;
  }

  #giveUp(): CsvRecord[] {
    const { line, raw } = this.#take();
    const [first = '', ...rest] = raw.split('\n');
    this.#nextLine = line + 1;
    return [{ line, raw: first, broken: true }, ...rest.flatMap((text) => this.push(text))];
  }
}
