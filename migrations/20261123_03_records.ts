import type { Knex } from 'knex';
import { DENSITY_LEVELS } from './levels.ts';

const COUNTS = ['government', 'industry', 'supply_chain', 'governance', 'sensing'];
const columns = (type: string) => COUNTS.map((name) => `${name} ${type} not null default 0`).join(', ');

/** Places, the records pinned to them, and their density: one row a cell and level, one column a class. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table place (
      cell bigint not null,
      n int not null,
      dataset_id int not null,
      division_id int not null default 0,
      geom geometry(Point, 4326) not null,
      address text not null,
      ${columns('int')},
      rank real not null default 0,
      level text not null,
      confidence real not null,
      primary key (cell, n)
    );
    comment on column place.rank is 'smaller is shown first where a tile must thin';
    create index place_division on place (division_id);

    create table record (
      dataset_id int not null,
      cell bigint,
      n int,
      class smallint not null,
      day date not null,
      key text not null,
      batch int not null
    );
    comment on column record.cell is 'with n: the place; null: not located';
    create index record_place on record (cell, n) where cell is not null;
    create index record_dataset on record (dataset_id);

    create table density (
      level smallint not null,
      cell bigint not null,
      ${columns('bigint')},
      primary key (level, cell)
    ) partition by list (level);

    create table density_delta (
      id bigint generated always as identity primary key,
      cell bigint not null,
      ${columns('int')}
    );
    comment on table density_delta is 'not yet folded into density; cell at level 20';
    create index density_delta_cell on density_delta (cell);
  `);
  for (const level of DENSITY_LEVELS) {
    await knex.raw(`create table density_${level} partition of density for values in (${level})`);
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table density_delta, density, record, place');
}
