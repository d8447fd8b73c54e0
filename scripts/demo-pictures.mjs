// Takes the pictures of the demo that its README shows, in the installed Chromium; see demo.mjs.
import { join } from 'node:path';
import { chromium } from 'playwright';
import { say } from './steps.mjs';

const CHROMIUM = process.env.CONVAE_CHROMIUM ?? '/usr/bin/chromium';
const VIEWPORT = { width: 1280, height: 960 };
/** A photo and all that is said of it. */
const PHOTO_VIEWPORT = { width: 1280, height: 1360 };
/** Longest time that anything on the page may take, milliseconds. */
const PATIENCE_MS = 120_000;

/** The page with a digit, and with a photo where a model codes photos at their own size. Gives the files. */
export async function takePictures(url, photo, folder) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: VIEWPORT });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(url);
    const shoot = async (name) => {
      await page.locator('#webp-ratio').getByText('×').waitFor();
      const path = join(folder, name);
      await page.screenshot({ path });
      return path;
    };
    const wide = await shoot('wide.png');
    return (await showPhoto(page, photo)) ? [wide, await shoot('photo.png')] : [wide];
  } finally {
    await browser.close();
  }
}

async function showPhoto(page, photo) {
  const model = page.locator('#model option', { hasText: /^photo/ });
  if ((await model.count()) === 0) {
    say('There is no bundle whose name begins with photo: no picture with a photo.');
    return false;
  }
  await page.locator('#model').selectOption(await model.first().getAttribute('value'));
  await page.locator('#model-note', { hasText: 'any size' }).waitFor();
  await page.setViewportSize(PHOTO_VIEWPORT);
  await page.locator('#file').setInputFiles(photo);
  await page.locator('#photo').waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  return true;
}
