import type { App } from '../app/app.js';
import { choose, onChoice } from './dom.js';

const KEY = 'convae-theme';
const NAMES = ['auto', 'light', 'dark'];

/** Light, dark, or what the system says; the choice is kept. */
export function mountTheme(app: App): void {
  const apply = (name: string): void => {
    document.documentElement.dataset.theme = name;
    app.theme.set(name);
  };
  const kept = read();
  choose('theme', kept);
  apply(kept);
  onChoice('theme', (name) => {
    keep(name);
    apply(name);
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => apply(app.theme.value));
}

/** Storage may be forbidden: then nothing is kept. */
function read(): string {
  try {
    const name = localStorage.getItem(KEY) ?? 'auto';
    return NAMES.includes(name) ? name : 'auto';
  } catch {
    return 'auto';
  }
}

function keep(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // The theme holds until the page is closed.
  }
}
