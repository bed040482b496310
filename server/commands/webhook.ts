import { badRequest } from '../errors.ts';
import { addWebhook, listWebhooks, removeWebhook, retryWebhook, WEBHOOK_TOPICS } from '../live/index.ts';
import { textOption, withDatabase, type Command, type Given } from './command.ts';

function argument({ positionals }: Given, at: number, name: string, what: string): string {
  const text = positionals[at];
  if (text === undefined) throw badRequest(name, '', what);
  return text;
}
const keyOf = (given: Given) => argument(given, 1, 'KEY', 'the key of a webhook');

async function add(given: Given): Promise<void> {
  const url = argument(given, 2, 'URL', 'where events go');
  const topics = (textOption(given, 'topics') ?? WEBHOOK_TOPICS.join(',')).split(',');
  const secret = await withDatabase((db) => addWebhook(db, { key: keyOf(given), url, topics }, new Date()));
  console.log(`· webhook ${keyOf(given)} hears of what happens from now on\n· its secret, shown only now: ${secret}`);
}

async function list(): Promise<void> {
  for (const { key, url, topics, behind, attempts, lastError, dead } of await withDatabase(listWebhooks)) {
    const trouble = lastError === null ? '' : `; attempt ${attempts} failed: ${lastError}`;
    console.log(`${key}  ${url}  ${topics.join(',')}  ${behind} events behind, ${dead} dead letters${trouble}`);
  }
}

async function remove(given: Given): Promise<void> {
  await withDatabase((db) => removeWebhook(db, keyOf(given)));
  console.log(`· webhook ${keyOf(given)} is gone`);
}

async function retry(given: Given): Promise<void> {
  const dead = await withDatabase((db) => retryWebhook(db, keyOf(given), new Date()));
  console.log(
    `· webhook ${keyOf(given)} is tried again${dead > 0 ? `, from the first of ${dead} dead letters on` : ''}`,
  );
}

const ACTIONS = new Map<string, (given: Given) => Promise<void>>([
  ['add', add],
  ['list', list],
  ['remove', remove],
  ['retry', retry],
]);

export const webhookCommand: Command = {
  usage: `hekan webhook add KEY URL [--topics case,data]
  Tells another system of every step of a case (and of data that changed) by signed HTTP requests: docs/webhooks.md.
hekan webhook list | remove KEY | retry KEY`,
  options: { topics: { type: 'string' } },
  async run(given) {
    const name = given.positionals[0] ?? '';
    const action = ACTIONS.get(name);
    if (!action) throw badRequest('action', name, [...ACTIONS.keys()].join(', '));
    await action(given);
    return 0;
  },
};
