import type { App } from '../app/app.js';
import { formatBytes } from '../base/format.js';
import { plainSentence } from '../base/messages.js';
import { containerOf } from '../codec/bitstreams.js';
import { pngOf } from '../picture/browser-formats.js';
import { byId, save } from './dom.js';

/** Files that come in: chosen, dropped, pasted; and files that go out. */
export function mountFiles(app: App): void {
  const input = byId('file', 'input');
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file) void app.openFile(file);
    // The same file may be chosen again.
    input.value = '';
  });
  mountDrop(app);
  mountPaste(app);
  mountSaving(app);
}

function mountDrop(app: App): void {
  const holdsFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
  const show = (on: boolean): void => {
    document.documentElement.classList.toggle('dropping', on);
  };
  document.addEventListener('dragover', (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    show(true);
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) show(false);
  });
  document.addEventListener('drop', (event) => {
    show(false);
    if (!holdsFile(event)) return;
    event.preventDefault();
    const [file] = event.dataTransfer!.files;
    if (file) void app.openFile(file);
  });
}

function mountPaste(app: App): void {
  document.addEventListener('paste', (event) => {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return;
    event.preventDefault();
    void app.openFile(file);
  });
  const button = byId('paste', 'button');
  // Without it, the keys still work.
  button.hidden = typeof navigator.clipboard?.read !== 'function';
  button.addEventListener('click', async () => {
    try {
      const file = await clipboardImage();
      if (file) await app.openFile(file);
      else app.problem.set('There is no image in the clipboard.');
    } catch {
      app.problem.set(
        'This browser did not let the page read the clipboard. Try the keys for pasting instead.',
      );
    }
  });
}

async function clipboardImage(): Promise<File | undefined> {
  for (const item of await navigator.clipboard.read()) {
    const type = item.types.find((each) => each.startsWith('image/'));
    if (type) return new File([await item.getType(type)], 'clipboard', { type });
  }
  return undefined;
}

function mountSaving(app: App): void {
  const container = byId('save-container', 'button');
  const stream = byId('save-stream', 'button');
  const png = byId('save-png', 'button');
  const showState = (): void => {
    const { shown, apart } = app;
    // A picture that is still being coded can be saved: that waits for it.
    container.disabled = !shown.value || apart.value;
    stream.disabled = container.disabled;
    png.disabled = !shown.value;
    if (shown.value?.kind === 'coded' && !apart.value)
      stream.querySelector('span')!.textContent = formatBytes(shown.value.bytes.length);
  };
  app.apart.subscribe(showState);
  app.shown.subscribe(showState);
  onSave(app, container, async () => {
    const coded = await app.coded();
    save(binary(await containerOf(coded.codec, coded.original, coded)), `${nameOf(app)}.cae`);
  });
  onSave(app, stream, async () => save(binary((await app.coded()).bytes), `${nameOf(app)}.bin`));
  onSave(app, png, async () => save(await pngOf(app.shown.value!.decoded), `${nameOf(app)}.png`));
}

/** Files are called after the photo that they were made of. */
const nameOf = ({ photo }: App): string => photo.value?.file.name.replace(/\.\w+$/, '') || 'picture';

/** A press ends in a file, or in a sentence that says why there is none. */
function onSave(app: App, button: HTMLButtonElement, write: () => Promise<void>): void {
  button.addEventListener('click', () =>
    write().catch((error: unknown) => app.problem.set(`The file cannot be saved: ${plainSentence(error)}`)),
  );
}

const binary = (bytes: Uint8Array): Blob =>
  new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' });
