/** One contender of bench/step.mjs in a process of its own: `own` (this project's step) or `fit` (tfjs's model.fit). */
const [kind, batchText] = process.argv.slice(2);
const batch = Number(batchText);
const train = new URL('../packages/train/dist/', import.meta.url);
const { loadBackend } = await import(new URL('setup/index.js', train));
const { presetSpec, traceShapes, parameterShapes, initialParameters, buildLayersNetwork } = await import(
  new URL('model/index.js', train)
);
const { openDataset, gather } = await import(new URL('dataset/index.js', train));

const WARM_UP = 30;
const STEPS = 300;

const tf = await loadBackend('tensorflow');
const spec = presetSpec('reference', { channels: 1, height: 28, width: 28 });
const values = initialParameters(spec, { seed: 1, meanPixel: 0.13 });
const { train: images } = await openDataset('mnist', { limit: Math.max(2000, batch) });
const indices = Array.from({ length: batch }, (_, i) => i);

async function ownTimes() {
  const { openEngine, trainingStep } = await import(new URL('training/step.js', train));
  const engine = openEngine(tf, { shapes: parameterShapes(spec), values });
  const context = { tf, ...engine, shapes: traceShapes(spec) };
  const buffer = new Float32Array(batch * 784);
  const times = [];
  for (let i = 0; i < WARM_UP + STEPS; i++) {
    const start = performance.now();
    const pixels = gather(images, indices, buffer);
    trainingStep(context, { input: pixels, target: pixels, count: batch }, 1e-3);
    times.push(performance.now() - start);
  }
  return times.slice(WARM_UP);
}

async function fitTimes() {
  const { encoder, decoder } = buildLayersNetwork(tf, spec, values);
  const model = tf.sequential({ layers: [...encoder.layers, ...decoder.layers.slice(1)] });
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'meanSquaredError' });
  const x = tf.tensor(
    gather(
      images,
      Array.from({ length: batch * 50 }, (_, i) => i % images.count),
    ),
    [batch * 50, 28, 28, 1],
  );
  const times = [];
  for (let i = 0; i < 7; i++) {
    const start = performance.now();
    await model.fit(x, x, { batchSize: batch, epochs: 1, shuffle: true, verbose: 0, yieldEvery: 'never' });
    times.push((performance.now() - start) / 50);
  }
  return times.slice(1);
}

const times = kind === 'own' ? await ownTimes() : await fitTimes();
console.log(`median_ms ${times.toSorted((a, b) => a - b)[times.length >> 1].toFixed(3)}`);
