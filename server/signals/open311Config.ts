import { z } from 'zod';

const text = z.string().min(1).max(1000);

/** A question of a service, as GET services/{code} shows it. */
const ATTRIBUTE = z
  .strictObject({
    code: z.string().regex(/^[\w.-]{1,60}$/),
    datatype: z.enum(['string', 'number', 'datetime', 'text', 'singlevaluelist', 'multivaluelist']),
    description: text,
    datatypeDescription: text.optional(),
    /** false: it only tells something, nothing is answered. */
    variable: z.boolean().default(true),
    required: z.boolean().default(false),
    /** The answer is about a person: it stays in the signal and never gets into the case. */
    personal: z.boolean().default(false),
    values: z.array(z.strictObject({ key: text, name: text })).default([]),
  })
  .refine(({ datatype, values }) => datatype.endsWith('valuelist') === values.length > 0, {
    path: ['values'],
    error: 'a list has values, nothing else has',
  });

const SERVICE = z.strictObject({
  description: text.optional(),
  keywords: z.array(z.string().regex(/^[^,]{1,60}$/)).default([]),
  /** What happens next, told to whoever files. */
  notice: text.optional(),
  attributes: z
    .array(ATTRIBUTE)
    .max(50)
    .refine((all) => new Set(all.map(({ code }) => code)).size === all.length, 'each code once')
    .default([]),
});

/** What an outlet of kind open311 has beside the others; its services are its categories. */
export const OPEN311 = z.strictObject({
  /** By which a client chooses it where there are several. */
  jurisdictionId: z
    .string()
    .regex(/^[\w.-]{1,100}$/)
    .optional(),
  language: z.enum(['zh', 'en']).default('zh'),
  contact: text.optional(),
  /** Where people ask for an api_key. */
  keyService: text.optional(),
  /** Whether everybody sees the cases of these services from all sources, or those that were filed here. */
  requests: z.enum(['own', 'all']).default('own'),
  services: z.record(z.string(), SERVICE).default({}),
});

export type Open311Config = z.infer<typeof OPEN311>;
export type ServiceConfig = z.infer<typeof SERVICE>;
export type AttributeConfig = z.infer<typeof ATTRIBUTE>;

/** The fields of a request are the standard's: such an outlet needs no mapping of its own. */
const MAPPING = {
  category: 'service_code',
  lng: 'long',
  lat: 'lat',
  address: 'address_string',
  addressId: 'address_id',
  description: "$join([description, details], '\n')",
};

/** An outlet's description with what its kind settles. */
export function withOpen311Defaults(given: unknown): unknown {
  const outlet = given as { kind?: unknown; config?: unknown } | null;
  if (outlet?.kind !== 'open311' || typeof outlet.config !== 'object') return given;
  return { ...outlet, config: { crs: 'wgs84', mapping: MAPPING, open311: {}, ...outlet.config } };
}

/** Why an outlet of this kind cannot be; null where it can. */
export function open311Problem(outlet: {
  kind: string;
  config: { auth: { kind: string }; open311?: Open311Config | undefined };
  categories: Record<string, string>;
}): string | null {
  const { auth, open311 } = outlet.config;
  if (outlet.kind !== 'open311')
    return open311 || auth.kind === 'api_key' ? 'open311 and api_key are for the kind open311' : null;
  if (auth.kind !== 'api_key') return 'config.auth: an open311 outlet has api_key';
  const codes = Object.values(outlet.categories);
  if (codes.length === 0) return 'categories: its services, at least one';
  if (new Set(codes).size < codes.length) return 'categories: two services of one category';
  const unknown = Object.keys(open311?.services ?? {}).find((code) => !(code in outlet.categories));
  return unknown === undefined ? null : `config.open311.services.${unknown}: it is not among the categories`;
}
