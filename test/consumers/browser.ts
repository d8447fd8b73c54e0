/// <reference lib="dom" />
import { type Browser, chromium } from 'playwright';
import { launchOptions } from '../web/chromium.js';

/** What a page gave, and what it asked for. */
export interface PageOutcome {
  readonly result: unknown;
  /** Addresses of all requests. */
  readonly requests: readonly string[];
  /** Errors in the console, uncaught ones among them. */
  readonly errors: readonly string[];
}

/** Starts the installed Chromium. */
export const startBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch(launchOptions(executablePath));

const RESULT_TIMEOUT_MS = 100_000;

/** Opens a page and waits until it has set `globalThis.result`. */
export async function openPage(browser: Browser, url: string): Promise<PageOutcome> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const requests: string[] = [];
    const errors: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(url);
    const handle = await page.waitForFunction('globalThis.result', null, { timeout: RESULT_TIMEOUT_MS });
    return { result: await handle.jsonValue(), requests, errors };
  } finally {
    await context.close();
  }
}
