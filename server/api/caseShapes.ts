/** Cases, and what is answered where something is wrong. */
import { z } from '@hono/zod-openapi';
import { CASE_ACTIONS, CASE_ROLES, CASE_STATUSES, LIMIT_UNITS } from '../cases/words.ts';
import { LIGHTS, instant, Origin } from './baseShapes.ts';

const Named = z.object({ code: z.string(), nameZh: z.string(), nameEn: z.string() });
export const CaseItem = z.object({
  id: z.number().int(),
  caseNo: z.string(),
  status: z.enum(CASE_STATUSES),
  /** As of the answer's asOf; null for a case that is not open. */
  light: z.enum(LIGHTS).nullable(),
  category: Named,
  /** null: not located, or outside every division. */
  division: z.object({ id: z.number().int(), code: z.string(), pathZh: z.string(), pathEn: z.string() }).nullable(),
  lng: z.number().nullable(),
  lat: z.number().nullable(),
  address: z.string().nullable(),
  description: z.string().nullable(),
  source: Named,
  department: Named.nullable(),
  reportedAt: instant,
  acceptedAt: instant.nullable(),
  yellowAt: instant.nullable(),
  dueAt: instant.nullable(),
  closedAt: instant.nullable(),
});
export const CasePage = Origin.extend({
  asOf: instant,
  items: z.array(CaseItem),
  /** All that match, on the first page (later pages carry null). */
  total: z.number().int().nullable(),
  /** Pass as ?after= for the next page; null on the last. */
  next: z.string().nullable(),
});
/** An action that the workflow allows now, and who takes it. */
export const AllowedAction = z.object({
  action: z.enum(CASE_ACTIONS),
  roles: z.array(z.enum(CASE_ROLES)),
  to: z.enum(CASE_STATUSES),
});
export const CaseDetail = CaseItem.extend({
  demonstration: z.boolean(),
  asOf: instant,
  /** The last step's: give it with an action, and be told if somebody was quicker. */
  seq: z.number().int(),
  /** Who runs the case, where it is another platform; null: we do. */
  platform: z.string().nullable(),
  /** What waits for an answer. */
  asked: z.string().nullable(),
  /** Departments that assist the lead one (协办). */
  assisting: z.array(Named),
  /** The time limit that the case was given. */
  limit: z.object({ value: z.number(), unit: z.enum(LIMIT_UNITS) }).nullable(),
  stageDueAt: instant.nullable(),
  reworks: z.number().int(),
  returns: z.number().int(),
  extensions: z.number().int(),
  urges: z.number().int(),
  forced: z.boolean(),
  /** Left out of scores: an appeal was upheld. */
  excluded: z.boolean(),
  satisfied: z.boolean().nullable(),
  duplicateOf: z.number().int().nullable(),
  allowed: z.array(AllowedAction),
  steps: z.array(
    z.object({
      seq: z.number().int(),
      at: instant,
      action: z.enum(CASE_ACTIONS),
      from: z.enum(CASE_STATUSES).nullable(),
      to: z.enum(CASE_STATUSES),
      role: z.enum(CASE_ROLES),
      actor: z.string(),
      note: z.string().nullable(),
      /** Since the stage before it began. */
      usedMs: z.number().int().nullable(),
      late: z.boolean().nullable(),
      data: z.unknown(),
      /** SHA-256 in hex: docs/log.md. Null: from before logs were chained. */
      hash: z.string().nullable(),
    }),
  ),
});

/** RFC 9457. `field` and `given` name what was wrong with the request. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  field: z.string().optional(),
  given: z.string().optional(),
  allowed: z.array(AllowedAction).optional(),
});

export type CaseItem = z.infer<typeof CaseItem>;
export type CasePage = z.infer<typeof CasePage>;
export type CaseDetail = z.infer<typeof CaseDetail>;
