import { z } from 'zod';
import { CASE_ACTIONS, CASE_STATUSES, type CaseAction } from '../../cases/index.ts';

const expression = z.string().min(1).max(2000);

/** What a platform does not do with a case: it is done here, or when the case came in. */
const NOT_THEIRS: ReadonlySet<CaseAction> = new Set([
  ...(['report', 'import', 'correct', 'urge', 'escalate', 'merge', 'release'] as const),
]);
export const PLATFORM_ACTIONS = CASE_ACTIONS.filter((action) => !NOT_THEIRS.has(action));

const isUrl = (text: string) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
};

/** A platform that runs cases: where they are sent, and how to read what it says of them. */
export const PLATFORM = z.strictObject({
  url: z.string().max(2000).refine(isUrl, 'an http:// or https:// URL without a password in it'),
  /** As Standard Webhooks writes it. */
  secret: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,200}={0,2}$/, 'whsec_ and base64 of at least 24 bytes'),
  mapping: z
    .strictObject({
      /** The outlet's id of the case, or our number of it; nothing: the signal is a new one. */
      case: expression,
      sequence: expression.optional(),
      at: expression.optional(),
      action: expression.optional(),
      status: expression.optional(),
      note: expression.optional(),
      person: expression.optional(),
      satisfied: expression.optional(),
      photos: expression.optional(),
    })
    .refine((m) => m.sequence !== undefined || m.at !== undefined, 'sequence or at: what tells the order')
    .refine((m) => m.action !== undefined || m.status !== undefined, 'action or status: what happened'),
  /** Their words for what was done → steps here; an empty list: nothing that is a step. */
  actions: z.record(z.string().min(1).max(200), z.array(z.enum(PLATFORM_ACTIONS)).max(6)).default({}),
  /** Their words for where a case stands → ours. */
  statuses: z.record(z.string().min(1).max(200), z.enum(CASE_STATUSES)).default({}),
  firstSequence: z.number().int().min(0).default(1),
  /** So long an update waits for the one before it. */
  gapS: z.number().int().min(1).max(604_800).default(600),
  /** Whence photos may be fetched, beside the platform itself: host, or host:port. */
  photoHosts: z.array(z.string().min(1).max(300)).max(20).default([]),
});
export type Platform = z.infer<typeof PLATFORM>;
