import { z } from 'zod';
import { cellOf } from '../../tiles/morton.ts';
import { locateDivisions } from '../city/index.ts';
import type { Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import { checkJson } from '../files/index.ts';
import { changeCase } from './state.ts';

const id = z
  .number()
  .int()
  .min(1)
  .max(2 ** 31 - 1);

/** What an operator may put right before a case is handled; what is left out stays. */
const CORRECTION = z
  .strictObject({
    categoryId: id.optional(),
    /** WGS 84; both or neither. The division follows. */
    lng: z.number().min(-180).max(180).optional(),
    lat: z.number().min(-85).max(85).optional(),
    address: z.string().max(500).optional(),
    description: z.string().max(5000).optional(),
    filingCondition: z.string().max(100).optional(),
    priority: z.number().int().min(0).max(9).optional(),
  })
  .refine((given) => (given.lng === undefined) === (given.lat === undefined), 'lng and lat go together');

/** Corrects a locked case. @throws HekanError('bad_request') that names the field. */
export async function correctCase(client: Queryable, caseId: number, given: unknown): Promise<void> {
  const { categoryId, lng, lat, ...rest } = checkJson(
    given ?? {},
    CORRECTION,
    'data',
    'correction of case',
    String(caseId),
  );
  if (categoryId !== undefined) await checkCategory(client, categoryId);
  const [division] = lng !== undefined && lat !== undefined ? await locateDivisions(client, [[lng, lat]]) : [];
  const cell = lng !== undefined && lat !== undefined ? cellOf(lng, lat).toString() : null;
  await changeCase(
    client,
    `category_id = coalesce($2::int, category_id), division_id = coalesce($3::int, division_id), cell = coalesce($4::bigint, cell),
     geom = case when $5::float8 is null then geom else st_setsrid(st_makepoint($5::float8, $6::float8), 4326) end,
     address = coalesce($7::text, address), description = coalesce($8::text, description),
     filing_condition = coalesce($9::text, filing_condition), priority = coalesce($10::smallint, priority)`,
    [
      caseId,
      categoryId ?? null,
      division ?? (cell === null ? null : 0),
      cell,
      lng ?? null,
      lat ?? null,
      rest.address ?? null,
      rest.description ?? null,
      rest.filingCondition ?? null,
      rest.priority ?? null,
    ],
  );
}

async function checkCategory(client: Queryable, categoryId: number): Promise<void> {
  const { rows } = await client.query('select 1 from category where id = $1::int', [categoryId]);
  if (rows.length === 0)
    throw new HekanError('bad_request', `data.categoryId: there is no category ${categoryId}`, {
      field: 'data.categoryId',
      given: String(categoryId),
    });
}
