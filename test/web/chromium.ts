import { existsSync } from 'node:fs';

/** Where Debian, Ubuntu and others put a Chromium; CONVAE_CHROMIUM names another. */
const PLACES = [
  process.env.CONVAE_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The installed Chromium, or undefined. Browsers are never downloaded. */
export const chromiumPath = (): string | undefined =>
  PLACES.find((path) => path !== undefined && existsSync(path));

/** No requests of Chromium's own, and WebGPU computed on the CPU: correct, but never fast. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-unsafe-swiftshader',
  '--js-flags=--expose-gc',
];

/** Options to launch it with Playwright. */
export const launchOptions = (executablePath: string): { executablePath: string; args: string[] } => ({
  executablePath,
  args: ARGUMENTS,
});

/** Says loudly what is skipped without Chromium; on CI that is an error. */
export function reportMissingChromium(what: string): void {
  const message = `Chromium is not installed; "apt-get install chromium" brings it, CONVAE_CHROMIUM names another`;
  if (process.env.CI) throw new Error(`${what} must run on CI: ${message}`);
  console.warn(`SKIPPED: ${what}: ${message}`);
}
