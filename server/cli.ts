#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { COMMANDS } from './commands/index.ts';
import { HekanError } from './errors.ts';

const USAGE = `hekan 鹤瞰: the crane's-eye view of a city

  hekan serve     [--no-player]                       run the server on a city that is there
  hekan start     [--scale N --seed N --until ISO --no-player]   make a demonstration where there is no city, then serve
  hekan demo      [--scale N --seed N --until ISO --no-player --replace]   make a demonstration city
  hekan migrate                                       bring the schema up to this version
  hekan import divisions FILE --crs wgs84|cgcs2000|gcj02|bd09 [options]
  hekan import grids FILE --crs … --kind comprehensive|police|duty [options]
  hekan import components FILE --crs … [options]
  hekan import cases FILE --map MAP.json|nyc311|boston311 [options]
  hekan import addresses FILE --crs wgs84|cgcs2000|gcj02|bd09 [options]
  hekan import records FILE… --map MAP.json [--replace] [options]
  hekan import categories|duty|calendar|scores FILE   what the city has rules for
  hekan propose   grids [--per-grid 300-500] [--roads FILE --crs …]   unit grids where a city has none
  hekan geocode   FILE [--column address] [--out FILE]   addresses in a CSV → places
  hekan dataset   list | delete KEY | theme KEY THEME|--none   datasets of records
  hekan outlet    list | add FILE.json | remove KEY | try KEY SAMPLE.json | retry KEY   what plugs into the power strip
  hekan webhook   add KEY URL | list | remove KEY | retry KEY   who is told of every step
  hekan rebuild   density|kpi                         count again from the rows
  hekan verify    density|kpi|log|snapshots           compare the counts with a recount, or prove the log or the months
  hekan report    daily|monthly [--date D | --month M] [--out FILE]   the report of a day or a month, as a workbook
  hekan snapshot  [--month YYYY-MM]                   take a month that has ended, signed
  hekan help      [command]

Settings come from the environment: see .env.example. Without DATABASE_URL the city lives in .hekan/ (embedded engine).`;

/** Runs one command. @returns the exit code. */
async function main(args: string[]): Promise<number> {
  const [name = 'help', ...rest] = args;
  if (name === 'help' || name === '--help' || name === '-h') {
    const command = COMMANDS.get(rest[0] ?? '');
    console.log(command ? command.usage : USAGE);
    return 0;
  }
  const command = COMMANDS.get(name);
  if (!command) {
    throw new HekanError('bad_request', `no command ${JSON.stringify(name)}\n\n${USAGE}`, {
      field: 'command',
      given: name,
    });
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    console.log(command.usage);
    return 0;
  }
  return command.run(parse(rest, command.options, command.usage));
}

function parse(args: string[], options: NonNullable<Parameters<typeof parseArgs>[0]>['options'], usage: string) {
  try {
    return parseArgs({ args, options: options ?? {}, allowPositionals: true, strict: true });
  } catch (cause) {
    throw new HekanError('bad_request', `${(cause as Error).message}\n\n${usage}`, { cause });
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof HekanError)) throw error;
  console.error(`hekan: ${error.message}`);
  process.exitCode = error.status >= 500 ? 1 : 2;
}
