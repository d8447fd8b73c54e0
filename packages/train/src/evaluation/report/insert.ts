import { type Html, html } from './html.js';

/** A section that is rendered. */
export interface RenderedSection {
  readonly id: string;
  readonly title: string;
  readonly content: Html;
}

/** A section as the page holds it; sections do not nest. */
export function sectionHtml({ id, title, content }: RenderedSection): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${content}</section>\n`;
}

/** Its link in the list of sections. */
export function sectionLink({ id, title }: RenderedSection): Html {
  return html`<li><a href="#${id}">${title}</a></li>`;
}

function removed(page: string, id: string): string {
  const start = page.indexOf(`<section id="${id}"`);
  const link = new RegExp(`<li><a href="#${id}">[^<]*</a></li>`);
  if (start < 0) return page;
  const end = page.indexOf('</section>\n', start) + '</section>\n'.length;
  return (page.slice(0, start) + page.slice(end)).replace(link, '');
}

function insertedBefore(page: string, mark: string, text: string): string | undefined {
  const at = page.indexOf(mark);
  return at < 0 ? undefined : page.slice(0, at) + text + page.slice(at);
}

/**
 * Puts a section into a finished report, or renews it there.
 * @param order the anchors of all sections in reading order.
 */
export function insertSection(page: string, section: RenderedSection, order: readonly string[]): string {
  const rest = removed(page, section.id);
  const later = order.slice(order.indexOf(section.id) + 1);
  const next = later.find((id) => rest.includes(`<section id="${id}"`));
  const [text, link] = [sectionHtml(section).text, sectionLink(section).text];
  const linked =
    (next && insertedBefore(rest, `<li><a href="#${next}">`, link)) ??
    insertedBefore(rest, '</ul></nav>', link);
  const base = linked ?? rest;
  return (
    (next && insertedBefore(base, `<section id="${next}"`, text)) ??
    insertedBefore(base, '</main>', text) ??
    page
  );
}
