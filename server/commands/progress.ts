const BAR = 24;
const EVERY_MS = 200;
/** Without a terminal (a log, CI) a line now and then will do. */
const EVERY_PLAIN_MS = 3000;

/** A line that shows how far something is: rewritten in place on a terminal, now and then elsewhere. */
export function progressLine(): {
  show: (stage: string, done: number, total: number | null, note?: string) => void;
  end: () => void;
} {
  const tty = process.stdout.isTTY;
  let last = 0;
  let stage = '';
  let open = false;
  const started = Date.now();

  function text(done: number, total: number | null, note: string): string {
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    if (total === null || total <= 0) return `  ${stage} ${note} · ${seconds} s`;
    const share = Math.min(1, done / total);
    const bar = '█'.repeat(Math.floor(share * BAR)).padEnd(BAR, '░');
    return `  ${bar} ${Math.floor(share * 100)} % ${stage} ${note} · ${seconds} s`;
  }

  return {
    show(name, done, total, note = done.toLocaleString('en')) {
      const now = Date.now();
      const fresh = name !== stage;
      if (!fresh && now - last < (tty ? EVERY_MS : EVERY_PLAIN_MS)) return;
      if (fresh && open && tty) process.stdout.write('\n');
      stage = name;
      last = now;
      open = true;
      process.stdout.write(tty ? `\r\x1b[K${text(done, total, note)}` : `${text(done, total, note)}\n`);
    },
    end() {
      if (open && tty) process.stdout.write('\n');
      open = false;
    },
  };
}
