/** The life of one case, from report to where it stands, laid out on the office clock. */
import type { CaseAction, CaseStatus } from '../server/cases/words.ts';
import type { CategoryRow } from './categories.ts';
import { HOUR } from './calendar.ts';
import { OFFICE, ROUND_THE_CLOCK, byDay } from './clock.ts';
import type { WorkClock } from './clock.ts';
import type { Random } from './random.ts';
import type { DemoStep } from './types.ts';
import { startLog } from './workflow.ts';
import type { Log } from './workflow.ts';

export interface Brief {
  category: CategoryRow;
  district: number;
  sourceKey: string;
  reportedAt: number;
  until: number;
  random: Random;
}

export interface Story {
  status: CaseStatus;
  acceptedAt: number | null;
  filedAt: number | null;
  dispatchedAt: number | null;
  yellowAt: number | null;
  dueAt: number | null;
  handledAt: number | null;
  closedAt: number | null;
  reworks: number;
  steps: DemoStep[];
}

/** Where an open case stands, and by which light. */
export interface Standing {
  status: CaseStatus;
  light: 'green' | 'yellow' | 'red';
}

type Beat = [action: CaseAction, workHours: number];

function clockOf(brief: Brief): WorkClock {
  const urgent = brief.category.limitHours <= 4 || (brief.sourceKey === 'hotline' && brief.category.limitHours <= 24);
  return urgent ? ROUND_THE_CLOCK : OFFICE;
}

/** Adds beats so that the first comes its hours after `from` and the last at `to`, stretched or squeezed to fit. */
function lay(log: Log, clock: WorkClock, beats: readonly Beat[], from: number, to: number): void {
  let ticker = clock;
  if (ticker.to(to) - ticker.to(from) < 0.02 * beats.length) ticker = ROUND_THE_CLOCK;
  const start = ticker.to(from);
  const scale = (ticker.to(to) - start) / beats.reduce((sum, [, w]) => sum + w, 0);
  let run = 0;
  beats.forEach(([action, w], i) => {
    run += w;
    log.add(action, i === beats.length - 1 ? to : Math.min(to, ticker.from(start + run * scale)));
  });
}

function intake(brief: Brief): Beat[] {
  const { random } = brief;
  if (brief.sourceKey === 'collector') return [['accept', 0.05 + random.exponential(0.25)]];
  const beats: Beat[] = [
    ['send_to_verify', 0.05 + random.exponential(0.3)],
    ['verify_exists', 0.1 + random.exponential(0.8)],
  ];
  if (random.chance(0.025))
    beats.unshift(['send_to_verify', 0.1 + random.exponential(0.2)], ['verify_unclear', 0.2 + random.exponential(0.6)]);
  return beats;
}

const sum = (beats: readonly Beat[]): number => beats.reduce((s, [, w]) => s + w, 0);

/** Reads the instants of the case off its log. */
function tell(log: Log, dueAt: number | null, yellowAt: number | null): Story {
  const last = (wanted: (s: DemoStep) => boolean): number | null => log.steps.findLast(wanted)?.at ?? null;
  const first = (wanted: (s: DemoStep) => boolean): number | null => log.steps.find(wanted)?.at ?? null;
  const spot = first((s) => s.action === 'handle_on_spot');
  return {
    status: log.status!,
    acceptedAt: spot ?? first((s) => s.to === 'to_file'),
    filedAt: first((s) => s.action === 'file'),
    dispatchedAt: first((s) => s.action === 'dispatch'),
    yellowAt,
    dueAt,
    // Handled means handled still: a case that came back is not.
    handledAt:
      log.status === 'handling' || log.status === 'suspended' ? null : (spot ?? last((s) => s.action === 'feed_back')),
    closedAt: log.status === 'closed' ? log.steps[log.steps.length - 1]!.at : null,
    reworks: log.steps.filter((s) => s.action === 'check_failed' || s.action === 'reopen').length,
    steps: log.steps,
  };
}

function begin(brief: Brief): Log {
  const log = startLog(brief.district, brief.sourceKey === 'collector', brief.random);
  log.add('report', brief.reportedAt);
  return log;
}

/** A collector who mends it on the spot: reported and closed within minutes. */
export function tellOnTheSpot(brief: Brief): Story {
  const log = begin(brief);
  const soon = brief.reportedAt + brief.random.range(4, 25) * 60_000;
  log.add('handle_on_spot', Math.floor(Math.min(soon, (brief.reportedAt + brief.until) / 2) / 1000) * 1000);
  return tell(log, null, null);
}

/** A case that was closed before `until`, or null if this roll of the dice would end too late. */
export function tellClosed(brief: Brief): Story | null {
  const { random, until, category } = brief;
  const clock = clockOf(brief);
  const start = clock.to(brief.reportedAt);
  const beats: Beat[] = [...intake(brief), ['file', 0.05 + random.exponential(0.3)]];
  const filedAt = clock.from(start + sum(beats));
  const limit = category.limitHours * HOUR;
  const late = random.chance(0.03);
  const extended = category.limitHours >= 24 && random.chance(0.025) ? Math.round(category.limitHours / 2) * HOUR : 0;
  const pausedDays = clock === OFFICE && category.limitHours >= 48 && random.chance(0.014) ? 1 + random.int(12) : 0;
  const pause = pausedDays * 24 * HOUR;
  const used = late
    ? 1.02 + random.exponential(0.25)
    : extended > 0
      ? random.range(0.68, 0.98)
      : 0.05 + 0.91 * Math.pow(random.next(), 0.96);
  const dueAt = filedAt + limit + extended + pause;
  let closedAt = filedAt + pause + used * (limit + extended);
  if (clock === OFFICE) closedAt = byDay(closedAt, filedAt + HOUR / 2, late ? until : dueAt, random.next());
  closedAt = Math.floor(closedAt / 1000) * 1000;
  if (closedAt >= until || closedAt < filedAt + 6 * 60_000) return null;
  const log = begin(brief);
  lay(log, clock, beats, brief.reportedAt, filedAt);
  const total = Math.max(0.1, clock.to(closedAt) - clock.to(filedAt));
  lay(log, clock, middle(random, total, extended > 0, pausedDays), filedAt, closedAt);
  const paused = pauseOf(log.steps);
  const due = filedAt + limit + extended + paused;
  return tell(log, due, due - 0.2 * (limit + extended));
}

function pauseOf(steps: readonly DemoStep[]): number {
  const from = steps.find((s) => s.action === 'suspend');
  const to = steps.find((s) => s.action === 'resume');
  return from && to ? to.at - from.at : 0;
}

/** From dispatch to closing, in work hours that add up to `total`. */
function middle(random: Random, total: number, extended: boolean, pausedDays: number): Beat[] {
  const active = total - pausedDays * 14;
  const part = (mean: number, most: number): number =>
    Math.max(0.01, Math.min(random.exponential(mean), most * active));
  const beats: Beat[] = [['dispatch', part(0.3, 0.08)]];
  if (random.chance(0.018)) beats.push(['return', part(2, 0.15)], ['dispatch', part(0.5, 0.08)]);
  const check = (again: boolean): Beat[] => {
    const out: Beat[] = [['send_to_check', part(0.5, 0.05)]];
    if (!again && random.chance(0.006)) out.push(['check_unclear', part(1, 0.08)], ['send_to_check', part(0.5, 0.04)]);
    return out;
  };
  const rework: Beat[] = random.chance(0.04)
    ? [...check(false), ['check_failed', part(1.6, 0.1)], ['feed_back', active * random.range(0.12, 0.3)]]
    : [];
  const end: Beat[] = [...check(rework.length > 0), ['check_passed', part(1.6, 0.14)], ['close', part(0.8, 0.08)]];
  if (random.chance(0.0015)) {
    end.push(
      ['reopen', active * 0.1],
      ['feed_back', active * 0.15],
      ['send_to_check', active * 0.02],
      ['check_passed', active * 0.06],
      ['close', active * 0.02],
    );
  }
  const handling = Math.max(0.1 * active, active - sum(beats) - sum(rework) - sum(end));
  const pieces: Beat[] = [];
  if (pausedDays > 0) pieces.push(['suspend', handling * random.range(0.1, 0.4)], ['resume', pausedDays * 14]);
  if (extended) pieces.push(['extend', handling * 0.3]);
  if (random.chance(0.015)) pieces.push(['urge', handling * 0.15]);
  const spent = pieces.reduce((s, [a, w]) => s + (a === 'resume' ? 0 : w), 0);
  return [...beats, ...pieces, ['feed_back', Math.max(0.02, handling - spent)], ...rework, ...end];
}

/** A case that was turned down: verified absent before it was accepted, or not filed, or void. */
export function tellDropped(brief: Brief, how: 'rejected' | 'not_filed' | 'void'): Story {
  const { random, until } = brief;
  const clock = clockOf(brief);
  const log = begin(brief);
  const beats: Beat[] =
    how === 'rejected'
      ? [
          ['send_to_verify', 0.1 + random.exponential(0.3)],
          ['verify_absent', 0.2 + random.exponential(0.9)],
        ]
      : intake(brief);
  if (how === 'not_filed') beats.push(['decline', 0.1 + random.exponential(0.5)]);
  if (how === 'void') beats.push(['file', 0.05 + random.exponential(0.3)], ['void', 0.2 + random.exponential(0.6)]);
  const end = Math.min(until - 1000, clock.from(clock.to(brief.reportedAt) + sum(beats)));
  lay(log, clock, beats, brief.reportedAt, end);
  const filed = log.steps.find((s) => s.action === 'file')?.at;
  const limit = brief.category.limitHours * HOUR;
  return filed === undefined ? tell(log, null, null) : tell(log, filed + limit, filed + 0.8 * limit);
}

/** A case that has only just come in. */
export function tellPending(brief: Brief): Story {
  const log = begin(brief);
  const age = brief.until - brief.reportedAt;
  if (brief.sourceKey !== 'collector' && brief.random.chance(0.5))
    log.add('send_to_verify', Math.floor((brief.reportedAt + age * 0.6) / 1000) * 1000);
  return tell(log, null, null);
}

/** A case that stands open at `until` as asked. The category must suit the light (see standing.ts). */
export function tellOpen(brief: Brief, standing: Standing, extendedHours: number): Story {
  const { random, category, reportedAt } = brief;
  const clock = clockOf(brief);
  const log = begin(brief);
  const opening: Beat[] = [...intake(brief), ['file', 0.05 + random.exponential(0.3)]];
  const limit = (category.limitHours + extendedHours) * HOUR;
  const natural = clock.from(clock.to(reportedAt) + sum(opening));
  const filedAt = Math.floor(filing(brief, standing, natural, limit) / 1000) * 1000;
  if (standing.status === 'to_file') {
    lay(log, clock, opening.slice(0, -1), reportedAt, filedAt);
    return tell(log, null, null);
  }
  lay(log, clock, opening, reportedAt, filedAt);
  if (standing.status !== 'to_dispatch') work(log, clock, brief, standing.status, filedAt, extendedHours > 0);
  return tell(log, filedAt + limit, filedAt + 0.8 * limit);
}

/** When an open case was filed: as work goes, unless its light asks for another instant. */
function filing(brief: Brief, standing: Standing, natural: number, limit: number): number {
  const { random, until, reportedAt } = brief;
  const age = until - reportedAt;
  const early = reportedAt + Math.min(600_000, age * 0.1);
  if (standing.light === 'yellow') {
    const yellow = (): number => Math.max(early, until - limit * random.range(0.83, 0.97));
    let at = yellow();
    for (let tries = 0; tries < 6 && byDay(at, at, at, 0) !== OFFICE.from(OFFICE.to(at)); tries++) at = yellow();
    return at;
  }
  if (standing.light === 'red')
    return Math.min(natural, reportedAt + age * 0.45, Math.max(early, until - limit * 1.01 - 60_000));
  const latest = reportedAt + age * 0.45;
  return natural <= latest ? natural : byDay(latest, early, latest, 0.5);
}

/** The work done so far on an open case that was dispatched soon after it was filed. */
function work(log: Log, usual: WorkClock, brief: Brief, status: CaseStatus, filedAt: number, extended: boolean): void {
  const { random, until } = brief;
  const end = until - 1000;
  const clock = usual.to(end) - usual.to(filedAt) < 0.5 ? ROUND_THE_CLOCK : usual;
  const finish = clock.to(end);
  const room = finish - clock.to(filedAt);
  let at = clock.to(filedAt) + Math.min(0.03 + random.exponential(0.3), room * 0.3);
  log.add('dispatch', clock.from(at));
  if (random.chance(0.04)) {
    log.add('return', clock.from((at += Math.min(random.exponential(2), room * 0.15))));
    log.add('dispatch', clock.from((at += Math.min(random.exponential(0.5), room * 0.1))));
  }
  const left = finish - at;
  const tail = (mean: number): number => Math.min(0.02 + random.exponential(mean), left * 0.2);
  if (status === 'handling' || status === 'suspended') {
    const beats: CaseAction[] = extended ? ['extend'] : [];
    const roll = random.next();
    if (status === 'suspended') beats.push('suspend');
    else if (roll < 0.05) beats.push('feed_back', 'send_to_check', 'check_failed');
    else if (roll < 0.1) beats.push('urge');
    if (beats[0] === 'feed_back') at += left * random.range(0.15, 0.35);
    for (const action of beats) log.add(action, clock.from((at += tail(action === 'extend' ? left * 0.1 : 2))));
    return;
  }
  if (extended) log.add('extend', clock.from(at + left * random.range(0.1, 0.2)));
  // From now backwards: how long each has been waiting where it is.
  const back: CaseAction[] = ['check_passed', 'send_to_check', 'feed_back'];
  const done = back.slice(status === 'to_close' ? 0 : status === 'checking' ? 1 : 2);
  let when = finish;
  const times = done.map(() => (when -= tail(1.5)));
  done.reverse().forEach((action, i) => log.add(action, clock.from(times[times.length - 1 - i]!)));
}
