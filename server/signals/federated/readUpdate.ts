import { z } from 'zod';
import { ATTACHMENT_KINDS } from '../../cases/index.ts';
import { compileExpression, compileMapping } from '../mapping.ts';
import { readTime } from '../times.ts';
import type { Platform } from './platform.ts';

const MAX_PHOTOS = 20;
const url = z.string().regex(/^(https?:\/\/|data:)[^\0]+$/);
const PHOTO = z.union([
  url.transform((text) => ({ url: text, kind: 'other' as const })),
  z.strictObject({ url, kind: z.enum(ATTACHMENT_KINDS) }),
]);
const PHOTOS = z.array(PHOTO).max(MAX_PHOTOS);
export type Photo = z.infer<typeof PHOTO>;

/** What a platform says of a case. */
export interface Update {
  caseRef: string;
  /** Its place among the updates of the case: the platform's number, or the instant in ms. */
  sequence: number | null;
  at: string | null;
  /** In the platform's words. */
  action: string | null;
  status: string | null;
  note: string | null;
  person: string | null;
  satisfied: boolean | null;
  photos: Photo[];
  /** Why it cannot be read. */
  problem: string | null;
}
/** Null: the signal tells of no case that is here already. */
export type UpdateReader = (signal: unknown) => Promise<Update | null>;

const instantOf = (value: string | number | undefined, timeZone: string): Date | null => {
  const at = value === undefined ? null : readTime(value, timeZone);
  return at && Number.isFinite(at.getTime()) ? at : null;
};
const satisfiedOf = (value: string | number | undefined): boolean | null => {
  const text = String(value ?? '').toLowerCase();
  return ['1', 'true'].includes(text) ? true : ['0', 'false'].includes(text) ? false : null;
};

/** Compiles a platform's expressions. @param timeZone of the city: of times that say no zone. @throws HekanError('bad_request') that names the field. */
export function compileUpdate({ mapping }: Platform, timeZone: string): UpdateReader {
  const { photos: photoText, satisfied, ...texts } = mapping;
  // A text of either: true and false are no texts, as the mapping has it.
  const fields = { ...texts, satisfied: satisfied === undefined ? undefined : `$string(${satisfied})` };
  const mapper = compileMapping(fields, 'platform.mapping');
  const photosOf = photoText === undefined ? null : compileExpression('platform.mapping.photos', photoText);

  async function readPhotos(signal: unknown): Promise<Photo[] | string> {
    const given: unknown = await photosOf?.evaluate(signal).catch((cause: unknown) => (cause as Error).message);
    if (given === undefined || given === null) return [];
    const parsed = PHOTOS.safeParse(Array.isArray(given) ? [...(given as unknown[])] : [given]);
    return parsed.success
      ? parsed.data
      : `photos: expected at most ${MAX_PHOTOS} URLs (http, https, data), or {url, kind}`;
  }

  return async (signal) => {
    const { values, problems } = await mapper(signal);
    if (values.case === undefined) return null;
    const text = (name: keyof typeof values) => {
      const value = values[name];
      return value === undefined ? null : String(value).replaceAll('\0', '');
    };
    const at = instantOf(values.at, timeZone);
    const sequence = mapping.sequence === undefined ? (at?.getTime() ?? Number.NaN) : Number(values.sequence);
    const ordered = Number.isSafeInteger(sequence) && sequence >= 0;
    const photos = await readPhotos(signal);
    const failed = Object.entries(problems)[0];
    const problem =
      (failed && `${failed[0]}: ${failed[1]}`) ??
      (typeof photos === 'string' ? photos : null) ??
      (values.at !== undefined && at === null ? `at: no instant: ${String(values.at).slice(0, 60)}` : null) ??
      (ordered ? null : `sequence: no number: ${String(values.sequence ?? values.at ?? '').slice(0, 60)}`) ??
      (values.action === undefined && values.status === undefined ? 'neither action nor status' : null);
    return {
      caseRef: text('case') ?? '',
      sequence: ordered ? sequence : null,
      at: at?.toISOString() ?? null,
      action: text('action'),
      status: text('status'),
      note: text('note'),
      person: text('person'),
      satisfied: satisfiedOf(values.satisfied),
      photos: typeof photos === 'string' ? [] : photos,
      problem,
    };
  };
}

const readers = new Map<string, UpdateReader>();

/** Reads a signal of a federated outlet; each mapping is compiled once. */
export function readUpdate(platform: Platform, timeZone: string, signal: unknown): Promise<Update | null> {
  const text = `${timeZone} ${JSON.stringify(platform.mapping)}`;
  const reader = readers.get(text) ?? compileUpdate(platform, timeZone);
  readers.set(text, reader);
  return reader(signal);
}

/** The same place in the same case and the same words are the same update, however often it comes. */
export function updateId({ caseRef, sequence, action, status }: Update): string {
  return `update ${caseRef} ${sequence ?? ''} ${action ?? status ?? ''}`;
}
