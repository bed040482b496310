/** A Hono route that answers one file's bytes: `node bareHono.ts PORT FILE HEADERS-AS-JSON`. */
import { readFileSync } from 'node:fs';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const [port, file, headers] = process.argv.slice(2);
const body = new Uint8Array(readFileSync(file!));
const kept = JSON.parse(headers!) as Record<string, string>;
const app = new Hono();
app.get('/tiles/:layer/:z/:x/:file', (c) => c.body(body, 200, kept));
serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1' }, () => console.log('listening'));
