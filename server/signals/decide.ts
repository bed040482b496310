import { ENDED_LIST } from '../cases/index.ts';
import { locateDivisions } from '../city/index.ts';
import { unnestInput, type Queryable } from '../db/index.ts';

/** Divisions, lead departments and open cases nearby are looked up for many signals in one statement each. */
export interface Placed {
  categoryId: number;
  position: [lng: number, lat: number];
}

/** Category by the outlet's own word: its table first, then a code of the city's standard. */
export async function findCategories(client: Queryable, outletId: number, codes: readonly string[]) {
  const { rows } = await client.query<{ code: string; id: number }>(
    `select i.code, c.id from (select distinct unnest($2::text[]) as code) as i
       cross join lateral (
         select g.id from category g left join signal_category s on s.outlet_id = $1::int and s.code = i.code
         where g.id = s.category_id
           or (s.category_id is null and g.code = i.code and g.standard_ref = (select standard_ref from city))
         order by s.category_id nulls last, g.id limit 1
       ) as c`,
    [outletId, codes],
  );
  return new Map(rows.map(({ code, id }) => [code, id]));
}

const DUTY_INPUT = [
  ['i', 'int'],
  ['category_id', 'int'],
  ['division_id', 'int'],
] as const;

/** Division, lead department and assisting ones of each; the finest division with a row of the duty matrix decides, else the category's own. */
export async function findDuties(client: Queryable, signals: readonly Placed[]) {
  const divisions = await locateDivisions(
    client,
    signals.map(({ position }) => position),
  );
  const { rows } = await client.query<{ i: number; departmentId: number | null; assisting: number[] }>(
    `select i, coalesce(lead.department_id, g.department_id) as "departmentId",
       coalesce(lead.assisting, '{}') as assisting from ${unnestInput(DUTY_INPUT)}
       left join category g on g.id = input.category_id left join division d on d.id = input.division_id
       left join lateral (
         select y.department_id, y.assisting from duty y
         where y.category_id = input.category_id and (y.division_id = 0 or y.division_id = any(d.path))
         order by array_position(d.path, y.division_id) desc nulls last limit 1
       ) as lead on true`,
    [signals.map((_, i) => i), signals.map(({ categoryId }) => categoryId), divisions],
  );
  const found = new Map(rows.map((row) => [row.i, row]));
  return signals.map((_, i) => ({
    divisionId: divisions[i] ?? 0,
    departmentId: found.get(i)?.departmentId ?? null,
    assisting: found.get(i)?.assisting ?? [],
  }));
}

const NEAR_INPUT = [
  ['i', 'int'],
  ['category_id', 'int'],
  ['lng', 'float8'],
  ['lat', 'float8'],
] as const;
const M_PER_DEGREE = 110_500;

/** Cases around a signal that are looked at: a sensor that does not stop leaves thousands at one place. */
const NEAREST = 64;
const UNFINISHED = `c.status not in (${ENDED_LIST})`;

/**
 * The nearest unfinished case of the same category within its radius and window, for each signal that has one; where that one doubles another
 * that is near enough too, the other.
 * @returns case id by index.
 */
export async function findDuplicates(client: Queryable, signals: readonly Placed[], now: Date) {
  const { rows } = await client.query<{ i: number; id: number }>(
    `select i, coalesce(head.id, near.id)::float8 as id from ${unnestInput(NEAR_INPUT)}
       join duplicate_rule r on r.category_id = input.category_id
       cross join lateral (select st_setsrid(st_makepoint(lng, lat), 4326) as geom,
         $5::timestamptz - make_interval(secs => r.window_hours * 3600) as since) as point
       cross join lateral (
         select id from (
           select c.id, c.geom from cases c
           where ${UNFINISHED} and c.category_id = input.category_id and c.reported_at > point.since
             and c.geom && st_expand(point.geom, r.radius_m / (${M_PER_DEGREE} * cos(radians(lat))), r.radius_m / ${M_PER_DEGREE})
           order by c.geom <-> point.geom limit ${NEAREST}
         ) as c
         where st_distancesphere(c.geom, point.geom) <= r.radius_m
         order by st_distancesphere(c.geom, point.geom), id limit 1
       ) as near
       left join lateral (
         select c.id from case_duplicate d join cases c on c.id = d.case_id
         where d.child_case_id = near.id and ${UNFINISHED} and c.reported_at > point.since
           and st_distancesphere(c.geom, point.geom) <= r.radius_m
         order by c.id limit 1
       ) as head on true`,
    [
      signals.map((_, i) => i),
      signals.map(({ categoryId }) => categoryId),
      signals.map(({ position }) => position[0]),
      signals.map(({ position }) => position[1]),
      now,
    ],
  );
  return new Map(rows.map(({ i, id }) => [i, id]));
}
