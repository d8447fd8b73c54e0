/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { chromiumPath, launchOptions } from '../web/chromium.js';
import { RESULTS } from './site.js';

export const launch = (): Promise<Browser> => chromium.launch(launchOptions(chromiumPath()!));

/** Longest time that anything in the page may take, milliseconds: two slow cores do other things besides. */
export const PATIENCE_MS = 60_000;

/** Someone who looks at the page. */
export class Visitor {
  readonly page: Page;
  /** Addresses of all requests. */
  readonly requests: string[] = [];
  /** What the page or its console complained about. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.context().on('request', (request) => this.requests.push(request.url()));
    page.on('pageerror', (error) => this.complaints.push(String(error.stack)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
  }

  /** A new visitor with an empty cache. */
  static async arrive(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 960 }, ...options });
    return new Visitor(await context.newPage());
  }

  /** Opens the page and waits until a picture has come back. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.waitUntil(() => document.querySelector('#psnr')!.textContent !== '–');
  }

  async leave(): Promise<void> {
    await this.page.context().close();
  }

  waitUntil(condition: () => boolean): Promise<unknown> {
    return this.page.waitForFunction(condition, undefined, { timeout: PATIENCE_MS });
  }

  async text(selector: string): Promise<string> {
    return (await this.page.locator(selector).textContent()) ?? '';
  }

  /** The bytes of the hex view. */
  hex(): Promise<string[]> {
    return this.page.locator('#hex button').allTextContents();
  }

  /** The picture on a canvas, as text that can be compared. */
  pixels(id: string): Promise<string> {
    return this.page.evaluate((name) => (document.getElementById(name) as HTMLCanvasElement).toDataURL(), id);
  }

  /** Does something and waits until a canvas looks otherwise than before. */
  async changes(id: string, action: () => Promise<unknown>): Promise<void> {
    const before = await this.pixels(id);
    await action();
    await this.page.waitForFunction(
      ([name, old]) => (document.getElementById(name!) as HTMLCanvasElement).toDataURL() !== old,
      [id, before],
      { timeout: PATIENCE_MS },
    );
  }

  /** Waits until nothing has changed in the hero for a while. */
  async settle(): Promise<void> {
    for (let last = '', now = await this.#state(); now !== last; now = await this.#state()) {
      last = now;
      await this.page.waitForTimeout(400);
    }
  }

  async #state(): Promise<string> {
    return [await this.pixels('back'), ...(await this.hex())].join();
  }

  /** Moves the mouse over the pad with the button down; 0..1 of its sides. */
  async stroke(points: readonly (readonly [number, number])[]): Promise<void> {
    await this.page.locator('#pad').scrollIntoViewIfNeeded();
    const box = (await this.page.locator('#pad').boundingBox())!;
    const at = ([x, y]: readonly [number, number]): [number, number] => [
      box.x + x * box.width,
      box.y + y * box.height,
    ];
    await this.page.mouse.move(...at(points[0]!));
    await this.page.mouse.down();
    for (const point of points.slice(1)) await this.page.mouse.move(...at(point), { steps: 4 });
    await this.page.mouse.up();
  }

  /** Looks at every section, so that all of them fill in. */
  async wander(): Promise<void> {
    for (const id of ['sizes', 'latent', 'morph', 'noise', 'files', 'engine']) {
      await this.page.locator(`#${id}-section`).scrollIntoViewIfNeeded();
    }
    await this.page.locator('.plane').first().waitFor();
    await this.page.locator('#noise-out-psnr').getByText('dB').waitFor();
    await this.page.evaluate(() => scrollTo(0, 0));
  }

  async screenshot(name: string, options: { fullPage?: boolean } = {}): Promise<void> {
    await this.page.screenshot({ path: join(RESULTS, `${name}.png`), ...options });
  }
}

/** Drops a file onto the page. */
export async function drop({ page }: Visitor, name: string, content: Buffer, type = ''): Promise<void> {
  await page.evaluate(
    ([fileName, base64, mimeType]) => {
      const bytes = Uint8Array.from(atob(base64!), (character) => character.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], fileName!, { type: mimeType! }));
      const options = { dataTransfer, bubbles: true, cancelable: true };
      document.body.dispatchEvent(new DragEvent('dragover', options));
      document.body.dispatchEvent(new DragEvent('drop', options));
    },
    [name, content.toString('base64'), type],
  );
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds with all its rules, as lines. */
export async function violations({ page }: Visitor): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const found = await axe.run();
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
    );
  });
}
