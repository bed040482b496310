interface Operation {
  summary?: string;
  description?: string;
  parameters?: unknown[];
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: { type?: string | string[]; enum?: unknown[]; default?: unknown };
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (c) => escapes[c] ?? c);

function parameterRow({ name, required, description, schema }: Parameter): string {
  const type = schema?.enum ? schema.enum.join(' | ') : [schema?.type ?? ''].flat().join(' | ');
  const preset = schema?.default === undefined ? '' : ` (default ${JSON.stringify(schema.default)})`;
  const told = `${description ?? ''}${preset}${required ? ' required' : ''}`;
  return `<tr><td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(type)}</td><td>${escapeHtml(told)}</td></tr>`;
}

function operationSection(root: string, path: string, method: string, operation: Operation): string {
  const rows = ((operation.parameters ?? []) as Parameter[]).map(parameterRow).join('');
  const table = rows ? `<table><tr><th>parameter</th><th>type</th><th></th></tr>${rows}</table>` : '';
  const name = `<code>${method.toUpperCase()} ${root}${path}</code>`;
  const link = method !== 'get' || path.includes('{') ? name : `<a href="${root}${path}">${name}</a>`;
  return `<section><h2>${link}</h2><p>${escapeHtml(operation.summary ?? '')}</p>${table}</section>`;
}

const METHODS = ['get', 'post'];

const STYLE = `body{font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
  background:#0b1220;color:#e6ebf2}a{color:#8ab8ff}h2{font-size:1.1rem;margin:2rem 0 .3rem}code{font-size:.95em}
  table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .8rem .25rem 0;
  border-top:1px solid #22304a}`;

/**
 * An API reference as one page that needs nothing from outside, made from its OpenAPI document.
 * @param root where its paths begin. @param definition where the document is.
 */
export function docsPage(document: { paths?: object }, root = '/api', definition = '/openapi.json'): string {
  const paths = Object.entries(document.paths ?? {}) as [string, Partial<Record<string, Operation>>][];
  const sections = paths
    .flatMap(([path, operations]) =>
      METHODS.map((method) => {
        const operation = operations[method];
        return operation ? operationSection(root, path, method, operation) : '';
      }),
    )
    .join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Hekan 鹤瞰 API</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><h1>Hekan 鹤瞰 API</h1>
<p>JSON, camelCase; times are ISO 8601 with zone; errors are <code>application/problem+json</code>.
Machine-readable: <a href="${definition}">${definition}</a>. Tiles: <a href="/tiles">/tiles</a>.
Live: <code>GET /api/live</code>, server-sent events (<code>case</code>, <code>data</code>, <code>reset</code>), resumable by
<code>Last-Event-ID</code> or <code>?since=</code>.</p>${sections}</body></html>`;
}
