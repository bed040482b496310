import type { Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import type { AttributeConfig, ServiceConfig } from '../signals/index.ts';
import type { Endpoint } from './endpoints.ts';

/** A service: a category under the outlet's own code. */
export interface Service {
  code: string;
  name: string;
  group: string;
  config: ServiceConfig;
}

const PLAIN: ServiceConfig = { keywords: [], attributes: [] };

/** The services of an outlet, in order of code. @param code only this one. */
export async function readServices(client: Queryable, { outlet, config }: Endpoint, code?: string): Promise<Service[]> {
  const { rows } = await client.query<{ code: string; name: string; group: string }>(
    `select s.code, case when $2::text = 'zh' then g.name_zh else g.name_en end as name,
       case when $2::text = 'zh' then g.major_zh else g.major_en end as "group"
     from signal_category s join category g on g.id = s.category_id
     where s.outlet_id = $1::int and ($3::text is null or s.code = $3::text) order by s.code`,
    [outlet.id, config.language, code ?? null],
  );
  return rows.map((row) => ({ ...row, config: config.services[row.code] ?? PLAIN }));
}

/** @throws HekanError('not_found'). */
export async function readService(client: Queryable, endpoint: Endpoint, code: string): Promise<Service> {
  const [service] = await readServices(client, endpoint, code);
  if (!service)
    throw new HekanError('not_found', `service_code ${code.slice(0, 100)} not found`, {
      field: 'service_code',
      given: code.slice(0, 200),
    });
  return service;
}

/** An item of GET services. A case is made after the answer: `batch`. */
export const serviceItem = ({ code, name, group, config }: Service) => ({
  service_code: code,
  service_name: name,
  description: config.description ?? null,
  metadata: config.attributes.length > 0,
  type: 'batch',
  keywords: config.keywords.join(', '),
  group,
});

const attributeItem = (attribute: AttributeConfig, i: number) => ({
  variable: attribute.variable,
  code: attribute.code,
  datatype: attribute.datatype,
  required: attribute.required,
  datatype_description: attribute.datatypeDescription ?? null,
  order: i + 1,
  description: attribute.description,
  values: attribute.values,
});

/** GET services/{code}. */
export const serviceDefinition = ({ code, config }: Service) => ({
  service_code: code,
  attributes: config.attributes.map(attributeItem),
});
