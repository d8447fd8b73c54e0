import type { Evaluation } from '../plug-in.js';
import { formatCount } from './format.js';
import { type Html, html, raw } from './html.js';
import type { ReportModel, ReportSection } from './model.js';
import { architectureSection } from './sections/architecture.js';
import { bitstreamsSection } from './sections/bitstreams.js';
import { classesSection } from './sections/classes.js';
import { comparisonSection } from './sections/comparison.js';
import { extremesSection } from './sections/extremes.js';
import { histogramsSection } from './sections/histograms.js';
import { latentsSection } from './sections/latents.js';
import { lossSection } from './sections/loss.js';
import { rateTrainingSection } from './sections/rate-training.js';
import { reproduceSection } from './sections/reproduce.js';
import { sizesSection } from './sections/sizes.js';
import { summarySection } from './sections/summary.js';
import { wholePicturesSection } from './sections/whole-pictures.js';
import { STYLE } from './style.js';

/** The sections of every report, in reading order. A section without data leaves itself out. */
const OWN_SECTIONS: readonly ReportSection[] = [
  summarySection,
  comparisonSection,
  wholePicturesSection,
  bitstreamsSection,
  lossSection,
  rateTrainingSection,
  extremesSection,
  classesSection,
  latentsSection,
  histogramsSection,
  architectureSection,
  sizesSection,
  reproduceSection,
];

/** A section that is rendered. */
export interface RenderedSection {
  readonly id: string;
  readonly title: string;
  readonly content: Html;
}

function sectionHtml({ id, title, content }: RenderedSection): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${content}</section>\n`;
}

function sectionLink({ id, title }: RenderedSection): Html {
  return html`<li><a href="#${id}">${title}</a></li>`;
}

/** A report's own sections, and further ones behind those that they follow. */
export function sectionsWith<S extends { readonly id: string }>(
  own: readonly S[],
  further: readonly ((S & { readonly after: string }) | undefined)[],
): S[] {
  const sections = [...own];
  for (const section of further) {
    if (section === undefined) continue;
    const place = sections.findIndex(({ id }) => id === section.after) + 1;
    sections.splice(place || sections.length, 0, section);
  }
  return sections;
}

/** Nothing may be fetched: the page holds all it shows. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/** The sections that a run has data for. */
export async function renderSections<M>(
  model: M,
  sections: readonly {
    readonly id: string;
    readonly title: string;
    readonly render: (model: M) => Promise<Html | undefined>;
  }[],
): Promise<RenderedSection[]> {
  const rendered: RenderedSection[] = [];
  for (const { id, title, render } of sections) {
    const content = await render(model);
    if (content !== undefined) rendered.push({ id, title, content });
  }
  return rendered;
}

function head(title: string): Html {
  return html`<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${raw(STYLE)}</style>`;
}

/** The report as one HTML page without any outside reference. */
export async function renderReport(
  model: ReportModel,
  evaluations: readonly Evaluation[] = [],
): Promise<string> {
  const sections = sectionsWith(
    OWN_SECTIONS,
    evaluations.map(({ section }) => section),
  );
  const { dataset, createdAt, model: network } = model.metrics;
  return pageOf({
    title: `The ${network.name} network on ${dataset.name}`,
    over: `convae report · ${createdAt.slice(0, 10)} · ${formatCount(dataset.images)} ${dataset.part} images`,
    sections: await renderSections(model, sections),
  });
}

/** A page of sections that needs no other file. */
export function pageOf({
  title,
  over,
  sections,
}: {
  readonly title: string;
  readonly over: string;
  readonly sections: readonly RenderedSection[];
}): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
${head(`convae: ${title}`)}
</head>
<body>
<header>
<p class="over">${over}</p>
<h1>${title}</h1>
<nav aria-label="Sections"><ul>${sections.map(sectionLink)}</ul></nav>
</header>
<main>
${sections.map(sectionHtml)}
</main>
<footer><p>All figures are in metrics.json beside this page.</p></footer>
</body>
</html>
`;
  return page.text;
}
