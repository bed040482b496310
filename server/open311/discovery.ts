import type { Queryable } from '../db/index.ts';
import { formatInstant } from './formats.ts';
import type { Endpoint } from './endpoints.ts';

/** The discovery document: where the endpoint is, and when its services last changed. Source: wiki.open311.org/Service_Discovery.
 * @param test whether the city is the demonstration. */
export async function readDiscovery(
  client: Queryable,
  endpoints: readonly Endpoint[],
  url: string,
  test: boolean,
): Promise<object> {
  const { rows } = await client.query<{ at: Date | null }>(
    'select max(changed_at) as at from outlet where id = any($1::int[])',
    [endpoints.map(({ outlet }) => outlet.id)],
  );
  const changeset = formatInstant(rows[0]?.at ?? null);
  const first = (field: 'contact' | 'keyService') =>
    endpoints.find(({ config }) => config[field])?.config[field] ?? null;
  return {
    changeset,
    contact: first('contact'),
    key_service: first('keyService'),
    endpoints: [
      {
        specification: 'http://wiki.open311.org/GeoReport_v2',
        url,
        changeset,
        type: test ? 'test' : 'production',
        formats: ['text/xml', 'application/json'],
      },
    ],
  };
}
