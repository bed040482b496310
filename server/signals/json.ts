import { badRequest } from '../errors.ts';

const MAX_DEPTH = 64;

/** How deep objects and arrays lie in each other, without building them. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (quoted) {
      if (letter === '\\') i++;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === '{' || letter === '[') deepest = Math.max(deepest, ++depth);
    else if (letter === '}' || letter === ']') depth--;
  }
  return deepest;
}

/** Bytes as text in the charset that the content type names (UTF-8 where it names none).
 * @throws HekanError('bad_request') for bytes that are not in it, and for a charset nobody knows. */
export function decodeText(bytes: Uint8Array, contentType: string): string {
  const charset = /charset="?([^\s;"]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    throw badRequest('body', contentType, `bytes of the charset ${charset}`);
  }
}

/** @throws HekanError('bad_request') for what is no JSON, too deep, or holds the letter NUL. */
export function parseJson(text: string): unknown {
  const depth = depthOf(text);
  if (depth > MAX_DEPTH) throw badRequest('body', `depth ${depth}`, `JSON at most ${MAX_DEPTH} levels deep`);
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('body', text, 'JSON');
  }
}
