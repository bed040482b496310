import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import type { Page } from 'playwright-core';

const GOLDENS = new URL('./goldens/', import.meta.url).pathname;
const RESULTS = new URL('../test-results/', import.meta.url).pathname;
/** Fonts and software GL differ a little from one Debian point release to the next. */
const TOLERATED_SHARE = 0.02;
const PIXEL_THRESHOLD = 0.2;

function save(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/**
 * Compares the page with its golden. HEKAN_UPDATE_SCREENSHOTS=1 (npm run screenshots) writes goldens instead.
 * @returns the share of pixels that differ; 1 where the sizes do. What was seen is left in test-results/ where it is too much.
 */
export async function compareGolden(page: Page, name: string): Promise<number> {
  const seen = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  const file = `${GOLDENS}${name}.png`;
  if (process.env['HEKAN_UPDATE_SCREENSHOTS']) {
    save(file, seen);
    return 0;
  }
  if (!existsSync(file)) throw new Error(`no golden ${name}: look at the page, then npm run screenshots`);
  const [is, was] = [PNG.sync.read(seen), PNG.sync.read(readFileSync(file))];
  if (is.width !== was.width || is.height !== was.height) return 1;
  const difference = new PNG({ width: is.width, height: is.height });
  const pixels = pixelmatch(is.data, was.data, difference.data, is.width, is.height, { threshold: PIXEL_THRESHOLD });
  const share = pixels / (is.width * is.height);
  if (share > TOLERATED_SHARE) {
    save(`${RESULTS}${name}.png`, seen);
    save(`${RESULTS}${name}.difference.png`, PNG.sync.write(difference));
  }
  return share;
}

export { TOLERATED_SHARE };
