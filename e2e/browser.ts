import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Nothing but this machine has a name: what leans on an outside host breaks here as it would in a closed network.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--font-render-hinting=none',
  '--force-color-profile=srgb',
];

export interface Visit {
  page: Page;
  /** Requests to another host than the page's own, and errors of the page. Both must stay empty. */
  outside: string[];
  errors: string[];
  close(): Promise<void>;
}

export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: FLAGS });

/** Opens a page of the city in a fresh profile and watches what it asks for. */
export async function visit(
  browser: Browser,
  url: string,
  size: { width: number; height: number } = { width: 1920, height: 1080 },
): Promise<Visit> {
  const context: BrowserContext = await browser.newContext({
    viewport: size,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  });
  const page = await context.newPage();
  const outside: string[] = [];
  const errors: string[] = [];
  const { host } = new URL(url);
  page.on('request', (request) => {
    const target = new URL(request.url());
    if (target.protocol.startsWith('http') && target.host !== host) outside.push(request.url());
  });
  page.on('websocket', (socket) => outside.push(socket.url()));
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(url);
  return { page, outside, errors, close: () => context.close() };
}

/** Waits until figures are shown and the map is drawn. */
export async function untilReady(page: Page): Promise<void> {
  await page.waitForSelector('html[data-ready="true"]', { timeout: 120_000 });
}
