/// <reference lib="dom" />

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, reportMissingChromium } from '../web/chromium.js';
import { COLOURS, RESULTS, runDemo, type Served, writeColours } from './site.js';
import { drop, launch, PATIENCE_MS, Visitor, violations } from './visitor.js';

if (chromiumPath() === undefined) reportMissingChromium('the tests of photos in the web demo');

/** A hill under a sky, with some texture. */
function photo(width: number, height: number): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [(i % width) / width, Math.floor(i / width) / height];
    const hill = y > 0.6 + 0.2 * Math.sin(4 * x);
    const grain = 12 * Math.sin(i * 12.9898);
    data.set(hill ? [70 + grain, 120 + 60 * x, 50] : [120 + 80 * y, 170 + 40 * y + grain, 235], 3 * i);
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

const SITE = join(RESULTS, 'colour-site');

describe.skipIf(chromiumPath() === undefined)(
  'the web demo with models in colour, in Chromium',
  { timeout: 4 * PATIENCE_MS },
  () => {
    let site: Served;
    let browser: Browser;
    let visitor: Visitor;

    beforeAll(async () => {
      [site, browser] = await Promise.all([runDemo(writeColours, SITE), launch()]);
      visitor = await Visitor.arrive(browser);
      await visitor.open(site.url);
    }, 4 * PATIENCE_MS);

    afterAll(async () => {
      await browser?.close();
      await site?.close();
    });

    it('offers paints only where the model is in colour', async () => {
      const { page } = visitor;
      expect(await page.locator('#paints').isVisible()).toBe(false);
      await choose(visitor, COLOURS.fixed);
      expect(await page.locator('#paints').isVisible()).toBe(true);
      expect(await page.locator('#sources-note').textContent()).toContain('cut to 8');
    });

    it('paints with the colour that is chosen, in the width that is chosen, and erases to white', async () => {
      const { page } = visitor;
      await page.getByRole('button', { name: 'Clear' }).click();
      await page.locator('#brush').focus();
      await page.keyboard.press('Home');
      await page.getByRole('radio', { name: 'Red' }).click({ force: true });
      await visitor.changes('back', () => visitor.stroke(ACROSS));
      const thin = await padPixels(visitor);
      expect(thin.at(4, 4)).toEqual([209, 59, 46]);
      await page.locator('#brush').focus();
      await page.keyboard.press('End');
      await page.locator('#own-colour').fill('#2040ff');
      await visitor.changes('back', () => visitor.stroke(ACROSS));
      const wide = await padPixels(visitor);
      expect(wide.at(4, 4)).toEqual([32, 64, 255]);
      expect(wide.painted).toBeGreaterThan(thin.painted);
      await page.getByRole('radio', { name: 'Eraser' }).click();
      await visitor.changes('back', () => visitor.stroke(ACROSS));
      expect((await padPixels(visitor)).painted).toBe(0);
      await page.getByRole('radio', { name: 'Pen' }).click();
    });

    it('cuts a photo to the size of a model that takes no other', async () => {
      const bytes = await photo(120, 80);
      await visitor.changes('back', () => drop(visitor, 'hill.jpg', bytes, 'image/jpeg'));
      expect(await visitor.page.locator('#photo').isVisible()).toBe(false);
      const pixels = await padPixels(visitor);
      const [red, , blue] = pixels.at(0, 0);
      expect(blue).toBeGreaterThan(red! + 40);
    });

    it('codes a photo at its own size where the model takes any, and compares it at equal PSNR', async () => {
      const { page } = visitor;
      await choose(visitor, COLOURS.any);
      await drop(visitor, 'hill.jpg', await photo(120, 80), 'image/jpeg');
      await page.locator('#photo').waitFor();
      const place = await page.locator('.choose').boundingBox();
      await finished(visitor);
      // Nothing moved when it came.
      expect(await page.locator('.choose').boundingBox()).toEqual(place);
      expect(await visitor.text('#photo-caption')).toBe('hill.jpg, 120\u00a0×\u00a080 pixels.');
      expect(await visitor.text('h1')).toContain('A photo in');
      const { bytes, psnr } = await noted(visitor);
      expect(Number(await visitor.text('#bpp'))).toBeCloseTo((bytes * 8) / (120 * 80), 1);
      const own = await visitor.pixels('photo-after');
      for (const name of ['WebP', 'JPEG']) {
        await visitor.changes('photo-after', () => page.getByRole('radio', { name }).click());
        const other = await noted(visitor);
        expect(other.name).toBe(name);
        expect(other.psnr).toBeGreaterThanOrEqual(psnr);
        const ratio = Number((await visitor.text(`#${name.toLowerCase()}-ratio`)).replace(/[×,]/g, ''));
        expect(Math.abs(ratio - other.bytes / bytes)).toBeLessThan(0.06 + 0.02 * ratio);
      }
      await page.getByRole('radio', { name: 'convae' }).click();
      expect(await visitor.pixels('photo-after')).toBe(own);
    });

    it('has a divider between the two that keys and pointers move', async () => {
      const { page } = visitor;
      const slider = page.getByRole('slider', { name: /^Divider/ });
      await slider.focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      expect(await slider.inputValue()).toBe('1');
      expect(await slider.getAttribute('aria-valuetext')).toBe('1 % original');
      const box = (await slider.boundingBox())!;
      const middle = box.y + box.height / 3;
      await page.mouse.move(box.x + box.width / 4, middle);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.7, middle, { steps: 5 });
      await page.mouse.up();
      expect(Math.abs(Number(await slider.inputValue()) - 70)).toBeLessThanOrEqual(1);
      expect(
        await page.locator('#photo-before').evaluate((canvas) => getComputedStyle(canvas).clipPath),
      ).toMatch(/^inset\(0px (29|30|31)% 0px 0px\)$/);
      await visitor.screenshot('photo-light');
    });

    it('codes the photo again where quality or prior change', async () => {
      const { page } = visitor;
      const before = await noted(visitor);
      await page.locator('#quality').focus();
      await page.keyboard.press('Home');
      await page
        .locator('#right-note', { hasNotText: `${before.bytes.toLocaleString('en')} bytes` })
        .waitFor();
      await finished(visitor);
      const coarse = await noted(visitor);
      expect(coarse.bytes).toBeLessThan(before.bytes);
      await page.getByRole('radio', { name: 'Factorized' }).click();
      await page
        .locator('#right-note', { hasNotText: `${coarse.bytes.toLocaleString('en')} bytes` })
        .waitFor();
      await finished(visitor);
    });

    it('gives a container that opens to the same photo, without the original', async () => {
      const { page } = visitor;
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Container' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('hill.cae');
      const decoded = await visitor.pixels('photo-after');
      const file = readFileSync(await download.path());
      await page.getByRole('button', { name: 'Draw instead' }).click();
      await page.locator('#pad').waitFor();
      await drop(visitor, 'hill.cae', file);
      await page.locator('#photo-caption').getByText('hill.cae holds no original').waitFor();
      expect(await visitor.pixels('photo-after')).toBe(decoded);
      expect(await page.locator('#divider').isVisible()).toBe(false);
      expect(await visitor.text('#bpp')).toBe(((file.length * 8) / (120 * 80)).toFixed(2));
    });

    it('scales down what is too large and says so, stops on request, and begins again', async () => {
      const { page } = visitor;
      await drop(visitor, 'large.jpg', await photo(2400, 1000), 'image/jpeg');
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByText('Stopped: nothing was encoded.').waitFor();
      expect(await visitor.text('#photo-caption')).toMatch(
        /^large\.jpg, 2,190\s×\s912 pixels\. It has 2,400\s×\s1,000 pixels and was scaled down/,
      );
      expect(await visitor.text('#psnr')).toBe('–');
      expect(await page.getByRole('alert').textContent()).toBe('');
      await page.getByRole('button', { name: 'Encode again' }).click();
      await page.getByText('Encoding …').waitFor();
      await drop(visitor, 'hill.jpg', await photo(90, 60), 'image/jpeg');
      await finished(visitor);
      expect(await visitor.text('#photo-caption')).toContain('hill.jpg, 90');
    });

    it('takes the photo along to a model of one size, as a picture on the pad', async () => {
      await choose(visitor, COLOURS.fixed);
      await visitor.page.locator('#pad').waitFor();
      expect((await padPixels(visitor)).painted).toBeGreaterThan(32);
      expect(await visitor.page.locator('#photo').isVisible()).toBe(false);
    });

    it('codes what is transparent, over a checkerboard, drawn and as a photo', async () => {
      const { page } = visitor;
      await choose(visitor, COLOURS.clear);
      await page.locator('input[name="sample"]').nth(3).click();
      await visitor.settle();
      expect(await page.locator('#pad').evaluate((pad) => pad.classList.contains('checkered'))).toBe(true);
      const corner = await page.locator('#pad').evaluate((pad) => {
        const { data } = (pad as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, 1, 1);
        return data[3];
      });
      expect(corner).toBe(0);
      const ring =
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><circle cx="30" cy="20" r="14" fill="#c33"/></svg>';
      await drop(visitor, 'ring.png', await sharp(Buffer.from(ring)).png().toBuffer(), 'image/png');
      await page.locator('#photo').waitFor();
      await page.locator('#webp-ratio').getByText('×').waitFor();
      expect(
        await page.locator('#photo-before').evaluate((canvas) => canvas.classList.contains('checkered')),
      ).toBe(true);
      expect(await visitor.text('#jpeg-ratio')).toBe('–');
      expect(await page.getByRole('radio', { name: 'JPEG' }).isDisabled()).toBe(true);
      expect(await visitor.text('#sizes')).toContain('has no transparency');
      await visitor.screenshot('transparent');
      await page.getByRole('button', { name: 'Draw instead' }).click();
    });

    it('shows placeholders of a drawing and of a photo beside each other, with their bytes', async () => {
      const { page } = visitor;
      await page.locator('#placeholder-section').scrollIntoViewIfNeeded();
      const captions = page.locator('#placeholders figcaption');
      await captions.nth(3).waitFor();
      expect((await captions.allTextContents()).map((text) => text.replace(/[\d.]+/g, '#'))).toEqual([
        'Original ',
        'BlurHash # bytes, # dB',
        'ThumbHash # bytes, # dB',
        'convae # bytes, # dB',
      ]);
      expect(await captions.nth(1).textContent()).toContain('28 bytes');
      const first = await captions.allTextContents();
      await page.getByRole('button', { name: 'Another drawing' }).click();
      await page.waitForFunction(
        (old) => document.querySelectorAll('#placeholders figcaption')[3]!.textContent !== old,
        first[3],
      );
      const file = { name: 'hill.jpg', mimeType: 'image/jpeg', buffer: await photo(120, 80) };
      await page.locator('#placeholder-file').setInputFiles(file);
      await page.waitForFunction(
        () => document.querySelector<HTMLCanvasElement>('#placeholders canvas')!.width === 120,
      );
      const box = (await page.locator('#placeholders canvas').last().boundingBox())!;
      expect(box.width / box.height).toBeCloseTo(1.5, 1);
      await visitor.screenshot('placeholders');
    });

    it('says what is no image, and what it cannot read', async () => {
      const { page } = visitor;
      await drop(visitor, 'notes.txt', Buffer.from('no picture'), 'text/plain');
      await page
        .getByRole('alert')
        .getByText('notes.txt: This is neither an image nor a bitstream')
        .waitFor();
      await choose(visitor, COLOURS.any);
      await drop(visitor, 'cut.jpg', (await photo(90, 60)).subarray(0, 40), 'image/jpeg');
      await page.getByRole('alert').getByText('cut.jpg: This browser cannot read that image').waitFor();
      expect(await page.locator('#photo').isVisible()).toBe(false);
      expect(visitor.complaints).toEqual([]);
      await visitor.leave();
    });

    it('fits a narrow phone, and axe has nothing to object to', async () => {
      const phone = await Visitor.arrive(browser, {
        viewport: { width: 360, height: 740 },
        colorScheme: 'dark',
        hasTouch: true,
        isMobile: true,
      });
      await phone.open(site.url);
      await choose(phone, COLOURS.any);
      expect(await overflow(phone)).toBeLessThanOrEqual(0);
      expect(await violations(phone)).toEqual([]);
      await phone.screenshot('paints-phone-dark', { fullPage: true });
      await drop(phone, 'hill.jpg', await photo(120, 80), 'image/jpeg');
      await phone.page.locator('#photo').waitFor();
      const place = await phone.page.locator('.choose').boundingBox();
      await finished(phone);
      expect(await phone.page.locator('.choose').boundingBox()).toEqual(place);
      expect(await overflow(phone)).toBeLessThanOrEqual(0);
      expect(await violations(phone)).toEqual([]);
      await phone.screenshot('photo-phone-dark', { fullPage: true });
      await phone.leave();
    });
  },
);

/** From left to right through the middle. */
const ACROSS = [
  [0.05, 0.55],
  [0.95, 0.55],
] as const;

/** What the note of each model begins with. */
const NOTES: Readonly<Record<string, string>> = {
  [COLOURS.any]: 'Pictures in colour, any size',
  [COLOURS.fixed]: 'Pictures in colour, 8 × 8',
  [COLOURS.clear]: 'Pictures in colour, transparent too, any size',
};

async function choose(visitor: Visitor, name: string): Promise<void> {
  const option = visitor.page.locator('#model option', { hasText: name });
  await visitor.page.locator('#model').selectOption((await option.getAttribute('value'))!);
  await visitor.page.locator('#model-note', { hasText: NOTES[name]! }).waitFor();
  await visitor.settle();
}

/** Waits until a photo has come back and was compared. */
const finished = (visitor: Visitor): Promise<unknown> =>
  visitor.waitUntil(
    () =>
      !document.querySelector<HTMLElement>('#photo')!.hidden &&
      document.querySelector('#photo-work')!.textContent!.startsWith('Encoded in') &&
      !document.querySelector<HTMLInputElement>('[name="right"][value="jpeg"]')!.disabled,
  );

/** The line about what stands on the right. */
async function noted(visitor: Visitor): Promise<{ name: string; bytes: number; psnr: number }> {
  const [, name, bytes, psnr] = /^(\w+): ([\d,]+) bytes, .* a pixel, ([\d.]+) dB\.$/.exec(
    await visitor.text('#right-note'),
  )!;
  return { name: name!, bytes: Number(bytes!.replaceAll(',', '')), psnr: Number(psnr) };
}

/** RGB on the pad, and how many pixels are not white. */
async function padPixels(visitor: Visitor): Promise<{ at(x: number, y: number): number[]; painted: number }> {
  const png = Buffer.from((await visitor.pixels('pad')).split(',')[1]!, 'base64');
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): number[] => [...data.subarray(3 * (y * info.width + x)).subarray(0, 3)];
  const places = Array.from({ length: info.width * info.height }, (_, i) =>
    at(i % info.width, Math.floor(i / info.width)),
  );
  return { at, painted: places.filter((pixel) => pixel.some((value) => value < 255)).length };
}

const overflow = ({ page }: Visitor): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
