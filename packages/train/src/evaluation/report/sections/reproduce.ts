import type { Metrics } from '../../schema.js';
import { type Html, html } from '../html.js';

function words(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function table(caption: string, entries: Readonly<Record<string, unknown>>): Html {
  const rows = Object.entries(entries).map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td class="value">${words(value)}</td></tr>`,
  );
  return html`<table class="figures pairs"><caption>${caption}</caption><tbody>${rows}</tbody></table>`;
}

/** What a run says of how it was made. */
interface Origin extends Pick<Metrics, 'command' | 'recipe' | 'versions' | 'createdAt'> {
  readonly dataset: Pick<Metrics['dataset'], 'source' | 'part'>;
}

/** The command, the recipe and the versions. */
export const reproduceSection = {
  id: 'reproduce',
  title: 'How to get this again',
  render: async ({ metrics }: { readonly metrics: Origin }): Promise<Html> => {
    const { command, recipe, versions, dataset, createdAt } = metrics;
    const when = createdAt.slice(0, 16).replace('T', ' ');
    const machine = { Node: versions.node, platform: versions.platform, processor: versions.processor };
    return html`<pre tabindex="0"><code>${command}</code></pre>
      <p>Data: <code>${dataset.source}</code>, measured on its ${dataset.part} part. Made on ${when} UTC.</p>
      <div class="tables">${table('Recipe', recipe)}${table('Versions', { ...machine, ...versions.packages })}</div>`;
  },
} as const;
