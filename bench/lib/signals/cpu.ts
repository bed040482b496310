/** Processor time by part, of Linux' /proc: what others do on the machine hardly changes it. */
import { readFileSync } from 'node:fs';

/** ms that a process has had, with those of its children that have ended; the kernel counts in hundredths of a second. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) * 10;
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

/** A process that ended meanwhile counts with its parent. */
const sum = (pids: readonly number[]) =>
  pids.reduce((ms, pid) => {
    try {
      return ms + cpuMs(pid);
    } catch {
      return ms;
    }
  }, 0);

export interface CpuMs {
  /** The processes that answer. */
  workers: number;
  /** The one that makes cases, relays, folds and seals. */
  keeper: number;
  postgres: number;
}

/** @param server pid of `hekan serve`. @param postmaster pid of PostgreSQL's first process. */
export function readCpu(server: number, postmaster: number): CpuMs {
  return {
    workers: sum(childrenOf(server)),
    keeper: sum([server]),
    postgres: sum([postmaster, ...childrenOf(postmaster)]),
  };
}

/** µs of each part for one signal. */
export function cpuPerSignal(before: CpuMs, after: CpuMs, signals: number) {
  const of = (part: keyof CpuMs) => Math.round(((after[part] - before[part]) / signals) * 1000);
  return { workersUs: of('workers'), keeperUs: of('keeper'), postgresUs: of('postgres') };
}
