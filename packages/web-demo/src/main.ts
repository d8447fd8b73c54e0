import '@fontsource/ibm-plex-sans/latin-400.css';
import '@fontsource/ibm-plex-sans/latin-600.css';
import '@fontsource/ibm-plex-mono/latin-400.css';
import './styles/index.css';
import { App, firstBundle } from './app/app.js';
import { keepOffline } from './offline/register.js';
import { mountCurve } from './view/curve.js';
import { byId } from './view/dom.js';
import { mountEngine } from './view/engine.js';
import { mountFiles } from './view/files.js';
import { mountHero, mountHex } from './view/hero.js';
import { mountLatents } from './view/latents.js';
import { mountMorph } from './view/morph.js';
import { mountNoise } from './view/noise.js';
import { mountPad } from './view/pad.js';
import { mountPhoto } from './view/photo.js';
import { mountPlaceholders } from './view/placeholders.js';
import { chooseSample, mountSamples } from './view/samples.js';
import { mountSettings } from './view/settings.js';
import { mountSizes } from './view/sizes.js';
import { mountTheme } from './view/theme.js';

/** The page opens with a digit that is worth a look. */
const FIRST_SAMPLE = 5;

const app = new App();
const mounts = [
  mountTheme,
  mountPad,
  mountHero,
  mountHex,
  mountPhoto,
  mountSamples,
  mountSettings,
  mountFiles,
];
const below = [mountSizes, mountCurve, mountLatents, mountMorph, mountNoise, mountPlaceholders, mountEngine];
for (const mount of [...mounts, ...below]) mount(app);
chooseSample(app, FIRST_SAMPLE);
// From here on the page can be drawn on, whatever is still loading.
performance.mark('interactive');

await app.open({ entry: firstBundle() });
if (await keepOffline()) {
  byId('offline', 'p').textContent =
    'No request leaves this page’s own address. It is kept in this browser and works without a network now.';
  document.documentElement.dataset.offline = 'ready';
}
