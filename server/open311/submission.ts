import { badRequest } from '../errors.ts';
import type { AttributeConfig } from '../signals/index.ts';
import { parseInstant } from './formats.ts';
import { oneValue, type Form } from './form.ts';
import type { Service } from './services.ts';

const MAX_DESCRIPTION = 4000;
const MAX_FIELD = 400;
const TEXTS = [
  'address_string',
  'address_id',
  'email',
  'device_id',
  'account_id',
  'first_name',
  'last_name',
  'phone',
  'media_url',
] as const;

/** What was filed, as it is stored: the standard's names. `details`: answers that are not about a person, in words. */
export type Submission = Partial<Record<(typeof TEXTS)[number] | 'description' | 'details', string>> & {
  service_code: string;
  lat?: string;
  long?: string;
  attribute?: Record<string, readonly string[]>;
};

function readLocation(form: Form): { lat: string; long: string } | null {
  const [lat, long] = [oneValue(form, 'lat'), oneValue(form, 'long')];
  if (lat === null && long === null) {
    if (oneValue(form, 'address_string') ?? oneValue(form, 'address_id')) return null;
    throw badRequest('lat', '', 'lat and long, or address_string, or address_id');
  }
  const degrees = (field: string, given: string | null, most: number) => {
    if (given === null || !/^[+-]?\d{1,3}(\.\d{1,20})?$/.test(given) || Math.abs(Number(given)) > most)
      throw badRequest(field, given ?? '', `degrees from -${most} to ${most}: lat and long both`);
    return given;
  };
  return { lat: degrees('lat', lat, 90), long: degrees('long', long, 180) };
}

/** @throws HekanError('bad_request') for an answer that is not of the attribute's kind. */
function checkAnswer({ code, datatype, values }: AttributeConfig, answers: readonly string[]): void {
  const field = `attribute[${code}]`;
  if (datatype !== 'multivaluelist' && answers.length > 1) throw badRequest(field, answers.join(', '), 'one value');
  for (const given of answers) {
    if (given.length > MAX_DESCRIPTION) throw badRequest(field, given, `at most ${MAX_DESCRIPTION} letters`);
    if (datatype === 'number' && !Number.isFinite(Number(given))) throw badRequest(field, given, 'a number');
    if (datatype === 'datetime') parseInstant(field, given);
    if (datatype === 'string' && /[\r\n]/.test(given)) throw badRequest(field, given, 'a text without line breaks');
    if (values.length > 0 && !values.some(({ key }) => key === given))
      throw badRequest(field, given, `of ${values.map(({ key }) => key).join(', ')}`.slice(0, 400));
  }
}

function readAttributes(form: Form, { config }: Service): Map<string, string[]> {
  const answers = new Map<string, string[]>();
  for (const [name, values] of form) {
    const code = /^attribute\[(.+)\]$/.exec(name)?.[1];
    if (code === undefined) continue;
    const attribute = config.attributes.find((one) => one.code === code && one.variable);
    if (!attribute) throw badRequest(name, '', 'an attribute that the service definition asks for');
    const given = values.filter((value) => value.trim() !== '');
    checkAnswer(attribute, given);
    if (given.length > 0) answers.set(code, given);
  }
  const missing = config.attributes.find(({ code, required, variable }) => required && variable && !answers.has(code));
  if (missing) throw badRequest(`attribute[${missing.code}]`, '', 'an answer: it is required');
  return answers;
}

/** The answers that may stand in the case, in words: a line a question. */
function tellDetails({ config }: Service, answers: ReadonlyMap<string, readonly string[]>): string {
  return config.attributes
    .flatMap(({ code, description, personal, values }) => {
      const given = personal ? undefined : answers.get(code);
      if (!given) return [];
      const names = given.map((key) => values.find((value) => value.key === key)?.name ?? key);
      return [`${description} ${names.join(', ')}`];
    })
    .join('\n');
}

/** Reads what was filed for a service. @throws HekanError('bad_request') that names the field. */
export function readSubmission(form: Form, service: Service): Submission {
  const submission: Submission = { service_code: service.code, ...readLocation(form) };
  for (const name of TEXTS) {
    const value = oneValue(form, name);
    if (value === null) continue;
    if (value.length > MAX_FIELD) throw badRequest(name, value, `at most ${MAX_FIELD} letters`);
    if (name === 'media_url' && !/^https?:\/\/\S+$/i.test(value)) throw badRequest(name, value, 'an http(s) URL');
    submission[name] = value;
  }
  const description = oneValue(form, 'description');
  if (description !== null) {
    if (description.length > MAX_DESCRIPTION)
      throw badRequest('description', description, `at most ${MAX_DESCRIPTION} letters`);
    submission.description = description;
  }
  const answers = readAttributes(form, service);
  const details = tellDetails(service, answers);
  return {
    ...submission,
    ...(answers.size > 0 ? { attribute: Object.fromEntries(answers) } : {}),
    ...(details === '' ? {} : { details }),
  };
}
