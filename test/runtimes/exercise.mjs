// What every runtime of JavaScript runs: it must find the same bytes and the same pixels.

const COUNT = 3;

/** Three images of a pattern. */
function pattern({ channels, height, width }) {
  const length = COUNT * height * width * channels;
  const data = Uint8Array.from({ length }, (_, i) => (i * 7) ^ ((i >> 4) * 29) ^ Math.floor(i / 5000));
  return { data, count: COUNT, height, width, channels };
}

/** SHA-256 of bytes, hexadecimal digits. */
async function hashOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

async function encodedContainer(codec, images) {
  const parts = [];
  await codec.encodeContainer([images], { write: (bytes) => void parts.push(bytes.slice()) });
  return joined(parts);
}

async function containerPixels(decoder, bytes) {
  const stream = (async function* () {
    yield bytes;
  })();
  const { images } = await decoder.decodeContainer(stream);
  const parts = [];
  for await (const { images: some } of images) parts.push(some.data);
  return joined(parts);
}

/** Encodes with a codec and decodes with a decoder: single images, a container, one image of it. */
async function coded({ loadCodec, loadDecoder }, name, source) {
  const codec = await loadCodec(source);
  const images = pattern(codec.manifest.image);
  const streams = await codec.encodeBatch(images);
  const container = await encodedContainer(codec, images);
  const { executionProvider, contextKernel } = codec;
  if (contextKernel === 'plain') throw new Error(`${name} is coded in plain JavaScript`);
  await codec.dispose();
  const decoder = await loadDecoder(source);
  const pixels = [];
  for (const stream of streams) pixels.push((await decoder.decode(stream)).data);
  const read = async (offset, length) => container.subarray(offset, offset + length);
  const opened = await decoder.openContainer({ size: container.length, read });
  const found = {
    name,
    executionProvider,
    bytes: streams.map(({ length }) => length),
    streams: await hashOf(joined(streams)),
    pixels: await hashOf(joined(pixels)),
    container: await hashOf(container),
    containerPixels: await hashOf(await containerPixels(decoder, container)),
    second: await hashOf((await opened.decodeAt(1)).data),
  };
  await decoder.dispose();
  return found;
}

/** The bundles that are loaded: a folder's plain networks, priors, a lossless one, and one packed into a file. */
const BUNDLES = ['mnist-reference', 'mnist-rate-medium', 'mnist-lossless', 'tiny.convae'];

/**
 * What a runtime finds with the bundles below an address.
 * @param entry `loadCodec` and `loadDecoder` of the builtin entries.
 */
export async function exercise(entry, address, bundles = BUNDLES) {
  const found = [];
  for (const name of bundles) found.push(await coded(entry, name, new URL(name, address).href));
  return found;
}
