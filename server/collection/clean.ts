import type { Database } from '../db/index.ts';

/** Takes phone numbers and names of persons out of texts. Opened once a process, when the first visit comes. */
export async function openCleaner(db: Database): Promise<(text: string) => string> {
  const { createParser, dropPersons, readGazetteer } = await import('../geocode/index.ts');
  const parser = createParser({ divisions: await readGazetteer(db) });
  return (text) => dropPersons(parser, text);
}
