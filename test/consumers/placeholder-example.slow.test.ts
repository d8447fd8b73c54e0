/// <reference lib="dom" />
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serveStatic } from '../demo/site.js';
import { launch, PATIENCE_MS, Visitor } from '../demo/visitor.js';
import { chromiumPath, reportMissingChromium } from '../web/chromium.js';
import { ROOT } from './project.js';

if (chromiumPath() === undefined) reportMissingChromium('the test of examples/placeholder');

const FOLDER = join(ROOT, 'examples/placeholder');

describe('examples/placeholder', () => {
  const placeholders: Record<string, string> = JSON.parse(
    readFileSync(join(FOLDER, 'placeholders.json'), 'utf8'),
  );

  it('has a placeholder of at most 40 bytes for every picture', () => {
    expect(Object.keys(placeholders)).toEqual(readdirSync(join(FOLDER, 'pictures')).sort());
    for (const base64 of Object.values(placeholders))
      expect(Buffer.from(base64, 'base64').length).toBeLessThanOrEqual(40);
  });

  it.skipIf(chromiumPath() === undefined)(
    'shows the placeholders in a browser, of the pictures’ aspect ratios, then the pictures',
    { timeout: 4 * PATIENCE_MS },
    async () => {
      const [site, browser] = await Promise.all([serveStatic(ROOT, '/'), launch()]);
      try {
        const visitor = await Visitor.arrive(browser);
        const visit = (slow: number) => visitor.page.goto(`${site.url}examples/placeholder/?slow=${slow}`);
        await visit(1e8);
        await visitor.waitUntil(() => document.documentElement.dataset.placeholders === 'shown');
        const sources = () =>
          visitor.page
            .locator('img')
            .evaluateAll((all) => all.map((image) => (image as HTMLImageElement).src));
        expect((await sources()).map((url) => url.slice(0, 22))).toEqual(
          Array.from({ length: 3 }, () => 'data:image/png;base64,'),
        );
        const ratios = await visitor.page
          .locator('img')
          .evaluateAll((all) => all.map((image) => image.clientWidth / image.clientHeight));
        for (const [i, ratio] of [4 / 3, 3 / 2, 3 / 4].entries())
          expect(Math.abs(ratios[i]! / ratio - 1)).toBeLessThan(0.05);
        await visit(0);
        await visitor.waitUntil(
          () =>
            document.images.length === 3 &&
            [...document.images].every((image) => image.src.endsWith('.svg') && image.complete),
        );
        expect(visitor.complaints).toEqual([]);
      } finally {
        await browser.close();
        await site.close();
      }
    },
  );
});
