import { formatBytes, formatCount, formatReal } from '../format.js';
import { type Html, html } from '../html.js';
import type { ReportSection } from '../model.js';

function row(name: Html | string, value: string): Html {
  return html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`;
}

function table(caption: string, rows: readonly Html[]): Html {
  return html`<table class="figures pairs"><caption>${caption}</caption><tbody>${rows}</tbody></table>`;
}

/** File sizes, speed, and how well both frameworks agree. */
export const sizesSection: ReportSection = {
  id: 'sizes',
  title: 'Size, speed, agreement',
  render: async ({ metrics: { bundle, speed, parity } }) => {
    const files = bundle.files.map(({ file, bytes }) => row(html`<code>${file}</code>`, formatBytes(bytes)));
    const speeds = [
      row('Encoder', `${formatCount(speed.encoderImagesPerSecond)} images/s`),
      row('Decoder', `${formatCount(speed.decoderImagesPerSecond)} images/s`),
    ];
    const differences =
      parity === undefined
        ? undefined
        : table('Largest difference between tfjs and ONNX Runtime', [
            row('Encoder (latents)', formatReal(parity.encoder)),
            row('Decoder (pixels on 0..1)', formatReal(parity.decoder)),
          ]);
    return html`<p>Speed as measured while this report was made, with pixel conversion, ${formatCount(speed.imagesPerCall)}
        images per call, on execution provider <code>${speed.executionProvider}</code>; other load on the machine
        lowers it.</p>
      <div class="tables">${table(`Files of the bundle ${bundle.name}`, [...files, row('Together', formatBytes(bundle.bytes))])}
        ${table('Speed', speeds)}${differences}</div>`;
  },
};
