// What one network for many rates costs beside networks for one rate each: at the PSNR of every network with one lambda, the
// bytes that the one with most qualities takes there (interpolated as in the comparison), and the difference.
// usage: node bench/single-rates.mjs SWEEP       (the folder of a sweep over recipe.rate.lambdas, validation images), as in
//        npx convae-train sweep packages/lab/examples/single-rates.json --out runs/single-rates
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesAt } from '../packages/lab/dist/comparison/curve/envelope.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('expected the folder of a sweep');
  process.exit(2);
}

/** The points of a variant, ascending in PSNR. */
const curveOf = ({ rates }) =>
  rates.map(({ bytesPerImage: bytes, psnr }) => ({ bytes, psnr })).sort((a, b) => a.psnr - b.psnr);

const { dataset, variants } = JSON.parse(await readFile(join(folder, 'results.json'), 'utf8'));
const many = variants.reduce((most, each) => (each.rates.length > most.rates.length ? each : most));
const singles = variants.filter(({ rates }) => rates.length === 1);
if (singles.length === 0) throw new Error(`expected a variant with one lambda in ${folder}`);
const curve = curveOf(many);

console.log(`${dataset.name}, ${dataset.validationImages} validation images; bytes an image`);
console.log(
  `many rates: ${curve.map(({ bytes, psnr }) => `${bytes.toFixed(2)} at ${psnr.toFixed(2)} dB`).join(', ')}`,
);
for (const { label, rates } of singles) {
  const [{ bytesPerImage, psnr }] = rates;
  const bytes = psnr < curve[0].psnr ? undefined : bytesAt(curve, psnr);
  const beside =
    bytes === undefined
      ? 'outside what the many rates reach'
      : `many rates ${bytes.toFixed(2)}, ${(100 * (bytes / bytesPerImage - 1)).toFixed(1)} %`;
  console.log(`${label}: ${bytesPerImage.toFixed(2)} at ${psnr.toFixed(2)} dB; ${beside}`);
}
