import { badRequest } from '../../errors.ts';
import type { ImportOutput } from '../../files/index.ts';
import { withDatabase, type Command, type Given } from '../command.ts';
import { progressLine } from '../progress.ts';
import { PLACE_KINDS } from './places.ts';
import { ROW_KINDS } from './rows.ts';
import { RULE_KINDS } from './rules.ts';
import { IMPORT_OPTIONS, type ImportKind } from './run.ts';

const KINDS = new Map<string, ImportKind>(Object.entries({ ...PLACE_KINDS, ...RULE_KINDS, ...ROW_KINDS }));

/** @throws HekanError('bad_request') for an option that this kind of import does not have. */
function checkOptions(kind: string, { options }: ImportKind, given: Given): void {
  const known: readonly string[] = options;
  const other = Object.keys(given.values).find((name) => !known.includes(name));
  if (other !== undefined)
    throw badRequest(
      'option',
      `--${other}`,
      `an option of import ${kind}: ${known.map((name) => `--${name}`).join(', ')}`,
    );
}

export const importCommand: Command = {
  usage: [
    ...[...KINDS.values()].map(({ usage }) => usage),
    '  --replace-demo retires the demonstration city. Rows that cannot be taken go to FILE.rejects.csv with line and reason.',
  ].join('\n\n'),
  options: IMPORT_OPTIONS,
  async run(given) {
    const [kind = '', ...files] = given.positionals;
    const found = KINDS.get(kind);
    if (!found) throw badRequest('what', kind, [...KINDS.keys()].join(', '));
    checkOptions(kind, found, given);
    if (files.length === 0) throw badRequest('FILE', '', 'the path of a file');
    return withDatabase(async (db) => {
      const progress = progressLine();
      const out: ImportOutput = {
        progress: (done, total, note) => progress.show(kind, done, total, note),
        line: (line) => {
          progress.end();
          console.log(line);
        },
      };
      const lines = await found.run({ db, given, files, out }).finally(progress.end);
      for (const line of lines) console.log(line);
      return 0;
    });
  },
};
