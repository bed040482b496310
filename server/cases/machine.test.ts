import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HekanError } from '../errors.ts';
import { applyAction, reportedState, STAGES, type CaseState, type Rules, type StepData } from './effects.ts';
import { allowedActions, takeAction, TRANSITIONS } from './machine.ts';
import { WorkCalendar } from './time/workCalendar.ts';
import { CASE_ACTIONS, CASE_ROLES, type CaseAction, type CaseRole } from './words.ts';

const START = new Date('2026-11-24T01:00:00Z'); // 09:00 in the city, a Tuesday
const HOUR = 3_600_000;
const YEAR = { hours: ['08:30-12:00', '13:30-18:00'], daysOff: [], makeUpDays: [] };
const RULES: Rules = {
  calendar: new WorkCalendar('Asia/Shanghai', [
    { year: 2026, ...YEAR },
    { year: 2027, ...YEAR },
  ]),
  limit: { value: 5, unit: 'working_hour' },
  stages: new Map([
    ['verify', { value: 2, unit: 'urgent_hour' }],
    ['filing', { value: 1, unit: 'urgent_hour' }],
  ]),
};

type Move = [action: CaseAction, role: CaseRole, afterHours?: number, data?: StepData];

/** Takes moves one after another. */
function walk(moves: Move[], from = reportedState(START, 7)): { state: CaseState; late: (boolean | null)[] } {
  let [state, at] = [from, START.getTime()];
  const late: (boolean | null)[] = [];
  for (const [action, role, hours = 0, data = {}] of moves) {
    at += hours * HOUR;
    const outcome = applyAction(state, takeAction(state, action, role), new Date(at), data, RULES);
    state = outcome.state;
    late.push(outcome.late);
  }
  return { state, late };
}

const FILED: Move[] = [
  ['accept', 'operator'],
  ['file', 'shift_lead'],
];
const HANDLING: Move[] = [...FILED, ['dispatch', 'dispatcher']];
const CLOSED: Move[] = [
  ...HANDLING,
  ['feed_back', 'department'],
  ['send_to_check', 'operator'],
  ['check_passed', 'collector'],
  ['close', 'shift_lead'],
];

describe('the usual way', () => {
  it('leads through seven stages to the closing', () => {
    const { state } = walk(CLOSED);
    expect(state).toMatchObject({ status: 'closed', dispatches: 1, redispatches: 0, reworks: 0, lateStages: 0 });
    expect(state.dueAt).toEqual(new Date('2026-11-24T07:30:00Z')); // 09:00 + 5 working hours over noon = 15:30
    expect(state.yellowAt).toEqual(new Date('2026-11-24T06:30:00Z'));
  });
});

describe('an action that is not possible', () => {
  it.each<[string, Move[], CaseAction, CaseRole, RegExp]>([
    [
      'from another status',
      [],
      'feed_back',
      'department',
      /feed_back is not possible from status reported; possible now: send_to_verify \(operator\)/,
    ],
    ['by another role', [], 'accept', 'collector', /accept is done by operator, not by collector; possible now/],
    ['without a request', HANDLING, 'extend', 'shift_lead', /nobody asked for extend/],
    [
      'while another request waits',
      [...HANDLING, ['ask_extend', 'department']],
      'ask_return',
      'department',
      /extend is asked for already/,
    ],
    [
      'a second extension',
      [...HANDLING, ['ask_extend', 'department'], ['extend', 'shift_lead']],
      'ask_extend',
      'department',
      /extended once/,
    ],
    ['reopening without a call-back', CLOSED, 'reopen', 'operator', /dissatisfied/],
    [
      'reopening a satisfied one',
      [...CLOSED, ['call_back', 'operator', 0, { satisfied: true }]],
      'reopen',
      'operator',
      /dissatisfied/,
    ],
    ['an appeal before any judgement', HANDLING, 'appeal', 'department', /closed or sent back/],
    [
      'a second appeal',
      [...CLOSED, ['appeal', 'department'], ['dismiss_appeal', 'supervisor']],
      'appeal',
      'department',
      /only once/,
    ],
    [
      'of a case that was merged',
      [['merge', 'operator', 0, { duplicateOf: 3 }]],
      'accept',
      'operator',
      /merged into case 3/,
    ],
    [
      'after the end',
      [
        ['accept', 'operator'],
        ['decline', 'shift_lead'],
      ],
      'file',
      'shift_lead',
      /nothing is possible any more/,
    ],
  ])('%s', (_why, moves, action, role, message) => {
    const { state } = walk(moves);
    expect(() => takeAction(state, action, role)).toThrow(message);
    expect(() => takeAction(state, action, role)).toThrow(HekanError);
  });

  it('is refused with what it lacks', () => {
    const { state } = walk(FILED, reportedState(START, null));
    const dispatch = takeAction(state, 'dispatch', 'dispatcher');
    expect(() => applyAction(state, dispatch, START, {}, RULES)).toThrow(/departmentId: dispatch needs a department/);
  });
});

describe('approvals', () => {
  it.each<[string, Move[], Partial<CaseState>]>([
    [
      'an extension moves the deadline by the limit',
      [
        ['ask_extend', 'department'],
        ['extend', 'shift_lead'],
      ],
      { extensions: 1, dueAt: new Date('2026-11-25T03:00:00Z'), asked: null },
    ],
    [
      'a refusal leaves everything',
      [
        ['ask_extend', 'department'],
        ['refuse', 'shift_lead'],
      ],
      { extensions: 0, asked: null, status: 'handling' },
    ],
    [
      'a return goes back to the dispatcher',
      [
        ['ask_return', 'department'],
        ['return', 'shift_lead'],
      ],
      { status: 'to_dispatch', returns: 1 },
    ],
    [
      'a request lapses when the case moves on',
      [
        ['ask_extend', 'department'],
        ['feed_back', 'department'],
      ],
      { asked: null, status: 'to_check' },
    ],
    [
      'another department is a redispatch',
      [
        ['ask_return', 'department'],
        ['return', 'shift_lead'],
        ['dispatch', 'dispatcher', 0, { departmentId: 8, assisting: [9] }],
      ],
      { dispatches: 2, redispatches: 1, departmentId: 8, assisting: [9] },
    ],
    [
      'the same one is none',
      [
        ['ask_return', 'department'],
        ['return', 'shift_lead'],
        ['dispatch', 'dispatcher'],
      ],
      { dispatches: 2, redispatches: 0 },
    ],
  ])('%s', (_why, moves, expected) => {
    expect(walk([...HANDLING, ...moves]).state).toMatchObject(expected);
  });

  it('an appeal that is upheld takes the case out of the scores, wherever it went meanwhile', () => {
    const rework: Move[] = [
      ...HANDLING,
      ['feed_back', 'department'],
      ['send_to_check', 'operator'],
      ['check_failed', 'collector'],
    ];
    const { state } = walk([
      ...rework,
      ['appeal', 'department'],
      ['feed_back', 'department'],
      ['uphold_appeal', 'supervisor'],
    ]);
    expect(state).toMatchObject({ status: 'to_check', excluded: true, asked: null, reworks: 1 });
  });

  it('what was handled on the spot is audited: closed, or void', () => {
    const spot: Move = ['handle_on_spot', 'collector'];
    expect(walk([spot]).state).toMatchObject({ status: 'closed', asked: 'handle_on_spot' });
    expect(walk([spot, ['audit_pass', 'operator']]).state).toMatchObject({ status: 'closed', asked: null });
    expect(walk([spot, ['audit_fail', 'operator']]).state).toMatchObject({ status: 'void', closedAt: null });
  });
});

describe('the clock', () => {
  it('stands still while a case is suspended', () => {
    const suspend: Move[] = [
      ['ask_suspend', 'department', 1],
      ['suspend', 'shift_lead'],
    ];
    const { state } = walk([...HANDLING, ...suspend, ['resume', 'department', 24]]);
    // Suspended at 10:00 with 4 working hours left, resumed the next day at 10:00: 12:00, then 13:30 to 15:30.
    expect(state.dueAt).toEqual(new Date('2026-11-25T07:30:00Z'));
    expect(state.yellowAt).toEqual(new Date('2026-11-25T06:30:00Z'));
  });

  it('leaves a deadline that had passed before', () => {
    const late: Move[] = [
      ['ask_suspend', 'department', 30],
      ['suspend', 'shift_lead'],
      ['resume', 'department', 100],
    ];
    expect(walk([...HANDLING, ...late]).state.dueAt).toEqual(new Date('2026-11-24T07:30:00Z'));
  });

  it('tells late stages and late handling', () => {
    const { state, late } = walk([
      ['send_to_verify', 'operator'],
      ['verify_exists', 'collector', 2.5],
      ['file', 'shift_lead', 0.5],
      ['dispatch', 'dispatcher', 3],
      ['feed_back', 'department', 48],
    ]);
    expect(state.lateStages).toBe(STAGES.verify);
    expect(late).toEqual([null, true, false, null, true]);
  });

  it('does not guess beyond the calendar', () => {
    const far = { ...RULES, calendar: new WorkCalendar('Asia/Shanghai', []) };
    const { state } = walk([['accept', 'operator']]);
    expect(() => applyAction(state, takeAction(state, 'file', 'shift_lead'), START, {}, far)).toThrow(/no year 2026/);
  });
});

describe('any walk', () => {
  it('takes just what is allowed, and never loses its bearings', () => {
    const step = fc.record({
      action: fc.constantFrom(...CASE_ACTIONS),
      role: fc.constantFrom(...CASE_ROLES),
      satisfied: fc.boolean(),
      hours: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        let [state, at] = [reportedState(START, 7), START.getTime()];
        for (const { action, role, satisfied, hours } of steps) {
          const allowed = allowedActions(state).some((a) => a.action === action && a.roles.includes(role));
          let taken = true;
          try {
            at += hours * HOUR;
            const t = takeAction(state, action, role);
            state = applyAction(state, t, new Date(at), { satisfied, duplicateOf: 3 }, RULES).state;
          } catch (error) {
            expect(error).toBeInstanceOf(HekanError);
            taken = false;
          }
          expect(taken).toBe(allowed);
          expect(state.closedAt !== null).toBe(state.status === 'closed');
          expect(state.suspendedAt !== null).toBe(state.status === 'suspended');
          expect(state.asked === null).toBe(state.askedAt === null);
          expect(state.dueAt === null || state.filedAt !== null).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('can be gone on from every status that is not the end', () => {
    const ends = ['closed', 'rejected', 'not_filed', 'void'];
    for (const { to } of TRANSITIONS.filter(({ to }) => !ends.includes(to)))
      expect(TRANSITIONS.some(({ from, to: next }) => from === to && next !== to)).toBe(true);
  });
});
