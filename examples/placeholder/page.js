import { placeholderAspectRatio, placeholderDataUrl } from '@convae/runtime/placeholder';
import { loadCodec } from '@convae/runtime/web';

/** As if the pictures came over a slow line: milliseconds, of the address or so many. */
const SLOW_MS = Number(new URLSearchParams(location.search).get('slow') ?? 2500);

const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function figureOf(name, length) {
  const image = Object.assign(document.createElement('img'), { alt: name.replace(/\.\w+$/, '') });
  const caption = Object.assign(document.createElement('figcaption'), {
    textContent: `${name}: ${length} bytes`,
  });
  const figure = document.createElement('figure');
  figure.append(image, caption);
  document.querySelector('main').append(figure);
  return image;
}

const placeholders = await (await fetch('placeholders.json')).json();
const codec = await loadCodec('../../models/placeholder/');
for (const [name, base64] of Object.entries(placeholders)) {
  const bytes = bytesOf(base64);
  const image = figureOf(name, bytes.length);
  image.style.aspectRatio = placeholderAspectRatio(codec, bytes);
  image.src = await placeholderDataUrl(codec, bytes);
  setTimeout(() => {
    image.src = `pictures/${name}`;
  }, SLOW_MS);
}
document.documentElement.dataset.placeholders = 'shown';
await codec.dispose();
