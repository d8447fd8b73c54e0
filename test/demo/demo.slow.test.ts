/// <reference lib="dom" />

import { readFileSync } from 'node:fs';
import type { Browser, Locator } from 'playwright';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, reportMissingChromium } from '../web/chromium.js';
import { MODELS, runDemo, type Served, SITE, serveStatic } from './site.js';
import { drop, launch, PATIENCE_MS, Visitor, violations } from './visitor.js';

if (chromiumPath() === undefined) reportMissingChromium('the tests of the web demo');

/** A dark seven on white, as a scanner gives it. */
const scan = (): Promise<Buffer> =>
  sharp(
    Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="260"><path d="M0 0h200v260H0z" fill="#fff"/><path d="M50 60h95L85 200" fill="none" stroke="#111" stroke-width="20"/></svg>',
    ),
  )
    .png()
    .toBuffer();

describe.skipIf(chromiumPath() === undefined)(
  'the web demo in Chromium',
  { timeout: 4 * PATIENCE_MS },
  () => {
    let site: Served;
    let browser: Browser;
    let visitor: Visitor;

    beforeAll(async () => {
      [site, browser] = await Promise.all([runDemo(), launch()]);
      visitor = await Visitor.arrive(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
      await visitor.open(site.url);
    }, 4 * PATIENCE_MS);

    afterAll(async () => {
      await browser?.close();
      await site?.close();
    });

    it('shows a sample, its bytes and what comes back, all figures filled in', async () => {
      await visitor.waitUntil(() => document.querySelector('#webp-ratio')!.textContent !== '–');
      const hex = await visitor.hex();
      expect(hex.every((byte) => /^[0-9a-f]{2}$/.test(byte))).toBe(true);
      expect(await visitor.text('h1')).toContain(String(hex.length));
      expect(Number(await visitor.text('#bpp'))).toBeCloseTo((hex.length * 8) / 784, 1);
      expect(await visitor.text('#psnr')).toMatch(/^\d+\.\d dB$/);
      expect(await visitor.text('#encode-ms')).toMatch(/ ms$/);
      for (const id of ['#png-ratio', '#jpeg-ratio', '#webp-ratio'])
        expect(await visitor.text(id)).toMatch(/^\d+(\.\d)?×$/);
      await visitor.screenshot('wide-light');
    });

    it('offers the models trained for few bytes first, then the others, and begins with one of the first', async () => {
      const groups = await visitor.page.locator('#model optgroup').evaluateAll((elements) =>
        elements.map((element) => ({
          label: (element as HTMLOptGroupElement).label,
          models: [...element.children].map(({ textContent }) => textContent!.split(/[ ,]/)[0]!),
        })),
      );
      expect(groups).toEqual([
        { label: 'Trained for few bytes', models: [MODELS.first] },
        { label: 'Trained to reconstruct', models: [MODELS.reference, MODELS.tiny] },
        { label: 'Trained to remove noise', models: [MODELS.noise] },
      ]);
      expect(await visitor.text('#model option:checked')).toContain(MODELS.first);
      expect(await visitor.text('#model option:checked')).toMatch(/, \d+\.\d bytes, loads \d+\.\d kB$/);
      expect(await visitor.text('#model-note')).toMatch(/ bytes on average, at \d+\.\d dB\.$/);
      expect(await visitor.text(`#model option:text-matches("^${MODELS.reference}")`)).toContain(
        '(reference)',
      );
    });

    it('lets the visitor draw with the mouse, live, and undo it', async () => {
      const { page } = visitor;
      await visitor.changes('back', () => page.getByRole('button', { name: 'Clear' }).click());
      const empty = await visitor.pixels('pad');
      await visitor.changes('back', () =>
        visitor.stroke([
          [0.3, 0.25],
          [0.7, 0.25],
          [0.45, 0.8],
        ]),
      );
      await visitor.settle();
      expect(await visitor.pixels('pad')).not.toBe(empty);
      await page.getByRole('button', { name: 'Undo', exact: true }).click();
      expect(await visitor.pixels('pad')).toBe(empty);
    });

    it('shows what comes back while the pen is still down', async () => {
      const { page } = visitor;
      await visitor.settle();
      const box = (await page.locator('#pad').boundingBox())!;
      await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.2);
      await page.mouse.down();
      for (const y of [0.5, 0.8]) {
        await visitor.changes('back', () =>
          page.mouse.move(box.x + box.width * 0.5, box.y + box.height * y, { steps: 4 }),
        );
      }
      await page.mouse.up();
      await visitor.changes('pad', () => page.getByRole('button', { name: 'Clear' }).click());
    });

    it('is drawn on with the keyboard too', async () => {
      const { page } = visitor;
      await page.locator('#pad').focus();
      await visitor.changes('pad', async () => {
        await page.keyboard.press('Space');
        for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Space');
      });
      await page.keyboard.press('Delete');
    });

    it('takes a sample by keyboard', async () => {
      const { page } = visitor;
      await page.locator('input[name="sample"]').first().focus();
      await visitor.changes('back', () => page.keyboard.press('Space'));
      await visitor.changes('back', () => page.keyboard.press('ArrowRight'));
      expect(await page.locator('input[name="sample"]:checked').inputValue()).toBe('1');
    });

    it('codes with fewer bytes at a lower quality', async () => {
      const { page } = visitor;
      await visitor.settle();
      const before = (await visitor.hex()).length;
      await page.locator('#quality').focus();
      await visitor.changes('back', () => page.keyboard.press('Home'));
      await visitor.settle();
      expect((await visitor.hex()).length).toBeLessThan(before);
      await page.keyboard.press('End');
      await visitor.settle();
      await page.locator('#curve').scrollIntoViewIfNeeded();
      await page.locator('#curve button').first().waitFor();
      expect(await page.locator('#curve button').count()).toBe(
        Number(await page.locator('#quality').getAttribute('max')) + 1,
      );
    });

    it('shows the error map', async () => {
      const { page } = visitor;
      await visitor.changes('back', () => page.getByRole('radio', { name: 'Error map' }).click());
      expect(await page.getByText('ink lost').isVisible()).toBe(true);
      await visitor.screenshot('error-map');
      await visitor.changes('back', () => page.getByRole('radio', { name: 'Picture' }).click());
    });

    it('flips a bit on request, and back', async () => {
      const { page } = visitor;
      const before = await visitor.hex();
      await page.locator('#hex button').nth(5).click();
      await visitor.waitUntil(() => document.querySelector('#hex .changed') !== null);
      expect(await visitor.hex()).not.toEqual(before);
      await page.locator('#hex button').first().click();
      await visitor.waitUntil(() => document.querySelector('#hex .changed') === null);
      expect(await visitor.hex()).toEqual(before);
    });

    it('opens an image file, dark on light turned round', async () => {
      await visitor.changes('back', async () =>
        visitor.page
          .locator('#file')
          .setInputFiles({ name: 'seven.png', mimeType: 'image/png', buffer: await scan() }),
      );
      await visitor.settle();
      // The paper was not taken for ink: the pad's corner has the colour of its ground.
      const corner = await sharp(Buffer.from((await visitor.pixels('pad')).split(',')[1]!, 'base64'))
        .raw()
        .toBuffer();
      expect([...corner.subarray(0, 3)]).toEqual([0xdc, 0xe4, 0xd0]);
    });

    it('takes an image that is dropped, and the same sample again afterwards', async () => {
      const sample = visitor.page.locator('input[name="sample"]').first();
      await visitor.changes('pad', () => sample.click());
      const image = await scan();
      await visitor.changes('pad', () => drop(visitor, 'seven.png', image, 'image/png'));
      await visitor.changes('pad', () => sample.click());
      await visitor.changes('pad', () => visitor.page.getByRole('button', { name: 'Clear' }).click());
    });

    it('says plainly that a broken image cannot be read', async () => {
      const broken = (await scan()).subarray(0, 60);
      await visitor.page
        .locator('#file')
        .setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: broken });
      await visitor.page.getByText('This browser cannot read that image').waitFor();
    });

    it('takes an image from the clipboard', async () => {
      const { page } = visitor;
      await page.locator('input[name="sample"]').first().click();
      await visitor.settle();
      await page.evaluate(
        async (base64) => {
          const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
          await navigator.clipboard.write([
            new ClipboardItem({ 'image/png': new Blob([bytes], { type: 'image/png' }) }),
          ]);
        },
        (await scan()).toString('base64'),
      );
      await visitor.changes('back', () => page.keyboard.press('Control+V'));
      await page.locator('input[name="sample"]').nth(3).click();
      await visitor.settle();
      await visitor.changes('back', () => page.getByRole('button', { name: 'Paste' }).click());
    });

    it('gives a container that opens to the same picture, and a bare stream likewise', async () => {
      const { page } = visitor;
      await page.locator('input[name="sample"]').nth(8).click();
      await visitor.settle();
      const coded = await visitor.pixels('back');
      for (const button of ['Container', 'Bare stream']) {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: button }).click(),
        ]);
        const file = readFileSync(await download.path());
        await page.locator('input[name="sample"]').nth(1).click();
        await visitor.settle();
        await drop(visitor, download.suggestedFilename(), file);
        await page.getByText('holds no original').waitFor();
        expect(await visitor.pixels('back')).toBe(coded);
        expect((await visitor.hex()).join('')).toBe(file.toString('hex'));
        await page.locator('input[name="sample"]').nth(8).click();
        await visitor.settle();
      }
    });

    it('codes exactly on request, beside what the browser writes without loss, and opens such files', async () => {
      const { page } = visitor;
      const lossy = (await visitor.hex()).length;
      await page.getByLabel('Exact: every pixel comes back').check();
      await visitor.waitUntil(() => document.querySelector('#psnr')!.textContent === 'exact');
      await page.locator('.size.own').getByText('lossless').waitFor();
      const bytes = (await visitor.hex()).length;
      expect(bytes).toBeGreaterThan(lossy);
      expect(await page.locator('#quality').isDisabled()).toBe(true);
      expect(await visitor.text('#sizes')).toMatch(/PNG.*lossless.*JPEG.*never lossless here.*WebP/);
      const png = Number(/PNG ([\d,]+) bytes/.exec(await visitor.text('#sizes'))![1]!.replace(',', ''));
      expect(bytes).toBeLessThan(png);
      await visitor.screenshot('exact', { fullPage: true });
      const coded = await visitor.pixels('back');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Container' }).click(),
      ]);
      const file = readFileSync(await download.path());
      await page.getByLabel('Exact: every pixel comes back').uncheck();
      await visitor.settle();
      await drop(visitor, 'exact.cae', file);
      await page.getByText('All of exact.cae').waitFor();
      expect(await visitor.pixels('back')).toBe(coded);
      await page.locator('input[name="sample"]').nth(8).click();
      await visitor.settle();
    });

    it('loses no press on a button: not while a picture is coded', async () => {
      const { page } = visitor;
      await openContainer(visitor);
      const download = page.waitForEvent('download');
      // In one turn, so that the picture is not coded when the button is pressed.
      await page.evaluate(() => {
        document.querySelectorAll<HTMLElement>('input[name="sample"]')[2]!.click();
        document.querySelector<HTMLElement>('#save-container')!.click();
      });
      const file = readFileSync(await (await download).path());
      await visitor.settle();
      const coded = await visitor.pixels('back');
      await drop(visitor, 'two.cae', file);
      await page.getByText('All of two.cae').waitFor();
      expect(await visitor.pixels('back')).toBe(coded);
    });

    it('nor while the page shows what was dropped', async () => {
      const { page } = visitor;
      // High enough to see the samples below an opened file.
      await page.setViewportSize({ width: 1280, height: 1500 });
      await openContainer(visitor);
      await press(visitor, 'label:has([name="sample"][value="8"])');
      expect(await page.locator('[name="sample"][value="8"]').isChecked()).toBe(true);
      await page.setViewportSize({ width: 1280, height: 960 });
      await visitor.settle();
    });

    it('nor while the qualities are compared anew', async () => {
      const { page } = visitor;
      await page.locator('#curve').scrollIntoViewIfNeeded();
      await page.locator('#curve button[aria-pressed="true"]').waitFor();
      await press(visitor, '#curve [data-quality="0"]', async () => {
        await page.locator('#quality').evaluate((slider: HTMLInputElement) => {
          slider.value = '1';
          slider.dispatchEvent(new Event('input'));
        });
        await page.locator('#curve [data-quality="1"][aria-pressed="true"]').waitFor();
      });
      expect(await page.locator('#quality').inputValue()).toBe('0');
      await page.locator('#curve [data-quality="0"][aria-pressed="true"]').waitFor();
      await page.locator('#quality').press('End');
      await visitor.settle();
    });

    it('tells a damaged or truncated file in plain words and shows nothing of it', async () => {
      const { page } = visitor;
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Container' }).click(),
      ]);
      const file = readFileSync(await download.path());
      await visitor.settle();
      const before = await visitor.pixels('back');
      for (const at of [5, 20, Math.floor(file.length / 2), file.length - 6]) {
        const damaged = Buffer.from(file);
        damaged[at]! ^= 16;
        await drop(visitor, `damaged-${at}.cae`, damaged);
        await page.getByRole('alert').getByText(`damaged-${at}.cae: This file`).waitFor();
      }
      await drop(visitor, 'short.cae', file.subarray(0, file.length - 9));
      await page
        .getByRole('alert')
        .getByText(/short\.cae: This file is damaged/)
        .waitFor();
      expect(await visitor.pixels('back')).toBe(before);
      await visitor.screenshot('damaged-file');
    });

    it('shows the latent: a channel switched off and a number changed alter the picture, and come back', async () => {
      const { page } = visitor;
      await page.locator('#latent-section').scrollIntoViewIfNeeded();
      await page.locator('.plane').first().waitFor();
      await page.waitForTimeout(500);
      const before = await visitor.pixels('latent-back');
      const boxes = page.locator('#planes input');
      if ((await boxes.count()) > 0) {
        await visitor.changes('latent-back', () => boxes.first().click());
        await visitor.changes('latent-back', () => boxes.first().click());
      }
      await page.locator('.plane').first().focus();
      await page.keyboard.press('ArrowRight');
      await visitor.changes('latent-back', async () => {
        await page.locator('#cell-value').focus();
        await page.keyboard.press('End');
      });
      await visitor.changes('latent-back', () => page.getByRole('button', { name: 'Undo changes' }).click());
      expect(await visitor.pixels('latent-back')).toBe(before);
      const plane = (await page.locator('.plane').first().boundingBox())!;
      await visitor.changes('latent-back', async () => {
        await page.mouse.move(plane.x + plane.width / 2, plane.y + plane.height / 2);
        await page.mouse.down();
        await page.mouse.move(plane.x + plane.width / 2, plane.y - 120, { steps: 4 });
        await page.mouse.up();
      });
    });

    it('morphs from the picture to another digit', async () => {
      const { page } = visitor;
      await page.locator('#morph-section').scrollIntoViewIfNeeded();
      await page.locator('#morph').focus();
      await visitor.changes('morph-back', () => page.keyboard.press('Home'));
      await visitor.changes('morph-back', () => page.keyboard.press('End'));
      await visitor.changes('morph-back', () => page.locator('#morph-to').selectOption({ label: '0' }));
      await visitor.changes('morph-back', () => page.getByRole('button', { name: 'Play' }).click());
      await page.getByRole('button', { name: 'Play' }).waitFor();
    });

    it('adds noise and shows what the networks make of it', async () => {
      const { page } = visitor;
      await page.locator('#noise-section').scrollIntoViewIfNeeded();
      await page.locator('#noise-lead').getByText(`The model ${MODELS.noise} was trained`).waitFor();
      expect(await visitor.text('#noise-lead')).toContain('Gaussian noise of 0.10 to 0.50 of the range');
      expect(await page.locator('#noise').inputValue()).toBe('30');
      await page.locator('#noise-out-psnr').getByText('dB').waitFor();
      await visitor.changes('noise-out', () => page.getByRole('button', { name: 'Other noise' }).click());
      await visitor.changes('noise-out', async () => {
        await page.locator('#noise').focus();
        await page.keyboard.press('End');
      });
    });

    it('changes the provider and says what runs and how fast', async () => {
      const { page } = visitor;
      expect(await visitor.text('#runs-on')).toBe('WebAssembly');
      await page.getByRole('radio', { name: 'WebGPU' }).click();
      await visitor.waitUntil(
        () =>
          document.querySelector('#runs-on')!.textContent === 'WebGPU' ||
          document.querySelector('#notices')!.textContent!.includes('passed over'),
      );
      if ((await visitor.text('#runs-on')) !== 'WebGPU')
        console.warn(`SKIPPED: the demo on WebGPU: ${await visitor.text('#notices')}`);
      await visitor.waitUntil(() =>
        document.querySelector('#decoder-rate')!.textContent!.endsWith('images/s'),
      );
      await page.locator('#engine-section').scrollIntoViewIfNeeded();
      await visitor.screenshot('webgpu');
      await page.locator('input[name="sample"]').nth(2).click();
      await visitor.settle();
      await page.getByRole('radio', { name: 'WebAssembly' }).click();
      await visitor.waitUntil(() => document.querySelector('#runs-on')!.textContent === 'WebAssembly');
    });

    it('measures both providers with Auto, takes the faster, and says which and how fast', async () => {
      const { page } = visitor;
      await page.getByRole('radio', { name: 'Auto: the faster' }).click();
      // The test before may have left a notice of its own.
      await page.locator('#notices').getByText('slower here').first().waitFor();
      const [runs, notices] = [await visitor.text('#runs-on'), await visitor.text('#notices')];
      const others = ['WebAssembly', 'WebGPU', 'Builtin'].filter((name) => name !== runs);
      expect(others).toHaveLength(2);
      for (const other of others) expect(notices).toContain(`${other} was passed over: `);
      expect(notices).toMatch(/was passed over: slower here: .* ms for 64 image/);
      if (!/WebGPU was passed over: slower/.test(notices) && runs !== 'WebGPU')
        console.warn(`SKIPPED: the demo's Auto with WebGPU: ${notices}`);
      expect(await page.getByRole('radio', { name: 'Auto: the faster' }).isChecked()).toBe(true);
      await visitor.waitUntil(() =>
        ['encoder', 'decoder'].every((network) =>
          /^[\d,]+ images\/s$/.test(document.querySelector(`#${network}-rate`)!.textContent!),
        ),
      );
      await visitor.changes('back', () => page.locator('input[name="sample"]').nth(4).click());
      await page.locator('#engine-section').scrollIntoViewIfNeeded();
      await visitor.screenshot('auto');
      await page.getByRole('radio', { name: 'WebAssembly' }).click();
      await visitor.waitUntil(() => document.querySelector('#notices')!.textContent === '');
    });

    it('changes the model, its sizes and its prior', async () => {
      const { page } = visitor;
      await page.locator('input[name="sample"]').nth(8).click();
      const tiny = page.locator('#model option', { hasText: MODELS.tiny });
      await page.locator('#model').selectOption((await tiny.getAttribute('value'))!);
      await visitor.waitUntil(() => (document.getElementById('back') as HTMLCanvasElement).width === 8);
      await visitor.settle();
      expect(await page.getByRole('radio', { name: 'Context' }).isChecked()).toBe(true);
      const context = await visitor.hex();
      await page.getByRole('radio', { name: 'Factorized' }).click();
      await visitor.settle();
      // The first byte tells the prior.
      expect((await visitor.hex())[0]).not.toBe(context[0]);
      // Noise is removed by a model of another size; the picture is fitted to it.
      await page.locator('#noise-section').scrollIntoViewIfNeeded();
      await visitor.changes('noise-in', () => page.getByRole('button', { name: 'Other noise' }).click());
      expect(await page.locator('#noise-out').evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBe(28);
      await visitor.changes('back', () =>
        visitor.stroke([
          [0.1, 0.1],
          [0.9, 0.1],
        ]),
      );
      const first = page.locator('#model option', { hasText: MODELS.first });
      await page.locator('#model').selectOption((await first.getAttribute('value'))!);
      await visitor.waitUntil(() => (document.getElementById('back') as HTMLCanvasElement).width === 28);
      await visitor.settle();
    });

    it('has asked no other address for anything, and complained of nothing', () => {
      const origin = new URL(site.url).origin;
      expect(visitor.requests.filter((url) => !url.startsWith(origin) && !/^(blob|data):/.test(url))).toEqual(
        [],
      );
      expect(visitor.complaints).toEqual([]);
    });

    it('works without a network after the first visit', async () => {
      const { page } = visitor;
      await visitor.waitUntil(() => document.documentElement.dataset.offline === 'ready');
      await page.context().setOffline(true);
      await visitor.page.reload();
      await visitor.waitUntil(() => document.querySelector('#psnr')!.textContent !== '–');
      await visitor.changes('back', () => page.locator('input[name="sample"]').nth(7).click());
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      await page.context().setOffline(false);
      await visitor.leave();
    });

    it('can be drawn on while ONNX Runtime is still on its way, with a bar that says how far', async () => {
      const early = await Visitor.arrive(browser);
      let release = (): void => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await early.page.route('**/*.wasm', async (route) => {
        await held;
        await route.continue();
      });
      await early.page.goto(site.url, { waitUntil: 'commit' });
      await early.page.locator('#progress').waitFor();
      await early.changes('pad', () =>
        early.stroke([
          [0.2, 0.2],
          [0.8, 0.8],
        ]),
      );
      const starts = [await interactiveAfter(early)];
      // What is chosen meanwhile is not forgotten.
      await early.page.getByRole('radio', { name: 'WebGPU' }).click();
      release();
      await early.waitUntil(() => document.querySelector('#psnr')!.textContent !== '–');
      expect(await early.page.getByRole('radio', { name: 'WebGPU' }).isChecked()).toBe(true);
      expect(await early.page.locator('#loading').isVisible()).toBe(false);
      await early.leave();
      // Other tests may keep the machine busy: the best of three visits counts.
      while (starts.length < 3) {
        const next = await Visitor.arrive(browser);
        await next.open(site.url);
        starts.push(await interactiveAfter(next));
        await next.leave();
      }
      console.info(`the demo could be drawn on after ${starts.map(Math.round).join(', ')} ms`);
      expect(Math.min(...starts)).toBeLessThan(2000);
    });

    it('goes on where the graphics process crashes, and says what became of it', async () => {
      const fragile = await launch();
      const witness = await Visitor.arrive(fragile);
      await witness.open(site.url);
      const tiny = witness.page.locator('#model option', { hasText: MODELS.tiny });
      await witness.page.locator('#model').selectOption((await tiny.getAttribute('value'))!);
      await witness.waitUntil(() => (document.getElementById('back') as HTMLCanvasElement).width === 8);
      await witness.page.getByRole('radio', { name: 'WebGPU' }).click();
      await witness.waitUntil(
        () =>
          document.querySelector('#runs-on')!.textContent === 'WebGPU' ||
          document.querySelector('#notices')!.textContent!.includes('passed over'),
      );
      if ((await witness.text('#runs-on')) === 'WebGPU') {
        const session = await fragile.newBrowserCDPSession();
        // The answer may be lost with it.
        await session.send('Browser.crashGpuProcess').catch(() => undefined);
        await witness.changes('back', () => witness.page.locator('input[name="sample"]').nth(1).click());
        await witness.page
          .locator('#notices')
          .getByText(/^The webgpu device was lost .*(recreated|runs on wasm now)\.$/)
          .waitFor();
      } else console.warn(`SKIPPED: a lost device in the demo: ${await witness.text('#notices')}`);
      await fragile.close();
    });

    it('runs on a static host without the headers, below any path, on one thread, and says so', async () => {
      const host = await serveStatic(SITE, '/some/where/');
      const guest = await Visitor.arrive(browser, { colorScheme: 'dark' });
      await guest.open(host.url);
      await guest.waitUntil(() =>
        document.querySelector('#threads')!.textContent!.startsWith('1 (this host'),
      );
      await guest.changes('back', () => guest.page.locator('input[name="sample"]').nth(6).click());
      await guest.screenshot('wide-dark');
      await guest.wander();
      await guest.screenshot('whole-dark', { fullPage: true });
      expect(guest.complaints).toEqual([]);
      await guest.leave();
      await host.close();
    });

    it('fits a phone and is drawn on with a finger', async () => {
      const phone = await Visitor.arrive(browser, {
        viewport: { width: 390, height: 844 },
        colorScheme: 'dark',
        deviceScaleFactor: 2,
        hasTouch: true,
        isMobile: true,
      });
      await phone.open(site.url);
      await phone.changes('back', () => phone.page.getByRole('button', { name: 'Clear' }).click());
      await phone.changes('back', () => swipe(phone));
      await phone.settle();
      // Drawing does not scroll the page.
      expect(await phone.page.evaluate(() => scrollY)).toBe(0);
      await phone.changes('back', () => phone.page.locator('input[name="sample"]').nth(3).click());
      await phone.settle();
      await phone.page.evaluate(() => scrollTo(0, 0));
      await phone.screenshot('phone-dark');
      await phone.wander();
      expect(
        await phone.page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
      expect(await violations(phone)).toEqual([]);
      await phone.screenshot('phone-dark-whole', { fullPage: true });
      await phone.leave();
    });

    it('has nothing for axe to object to, and nothing moves for who wants it so', async () => {
      const reader = await Visitor.arrive(browser, { reducedMotion: 'reduce' });
      await reader.open(site.url);
      await reader.wander();
      await reader.waitUntil(() =>
        document.querySelector('#decoder-rate')!.textContent!.endsWith('images/s'),
      );
      expect(await violations(reader)).toEqual([]);
      expect(
        await reader.page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior),
      ).toBe('auto');
      expect(await reader.page.evaluate(() => document.getAnimations().length)).toBe(0);
      await reader.screenshot('whole-light', { fullPage: true });
      await reader.leave();
    });
  },
);

/** Time from the request until the page could be drawn on, milliseconds. */
const interactiveAfter = ({ page }: Visitor): Promise<number> =>
  page.evaluate(() => performance.getEntriesByName('interactive')[0]!.startTime);

/** Saves a sample as a container, opens that, and waits until it is shown. */
async function openContainer(visitor: Visitor): Promise<void> {
  const { page } = visitor;
  await page.locator('input[name="sample"]').nth(8).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Container' }).click(),
  ]);
  await drop(visitor, 'digit.cae', readFileSync(await download.path()));
  await page.getByText('All of digit.cae').waitFor();
}

/** Time between pressing and letting go, milliseconds: that of a slow hand, or of a machine with much else to do. */
const HOLD_MS = 300;

/** Where an element is once the page does not scroll any more. */
async function restingBox(element: Locator) {
  let box = (await element.boundingBox())!;
  for (;;) {
    await element.page().waitForTimeout(HOLD_MS);
    const now = (await element.boundingBox())!;
    if (now.x === box.x && now.y === box.y) return now;
    box = now;
  }
}

/** Presses a place of the page where an element is now, as a hand does: waiting for nothing. */
async function press({ page }: Visitor, selector: string, meanwhile?: () => Promise<void>): Promise<void> {
  const box = await restingBox(page.locator(selector));
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await (meanwhile?.() ?? page.waitForTimeout(HOLD_MS));
  await page.mouse.up();
}

/** A finger over the pad, from top to bottom. */
async function swipe({ page }: Visitor): Promise<void> {
  const box = (await page.locator('#pad').boundingBox())!;
  const client = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y?: number): Promise<unknown> =>
    client.send('Input.dispatchTouchEvent', {
      type,
      touchPoints:
        y === undefined ? [] : [{ x: box.x + box.width * (0.45 + 0.1 * y), y: box.y + box.height * y }],
    });
  await touch('touchStart', 0.2);
  for (let y = 0.2; y <= 0.8; y += 0.05) await touch('touchMove', y);
  await touch('touchEnd');
}
