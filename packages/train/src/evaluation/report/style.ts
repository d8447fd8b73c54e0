import { PALETTE, type PaletteName } from '../plots/palette.js';

function variables(form: 'light' | 'dark'): string {
  return (Object.keys(PALETTE) as PaletteName[]).map((name) => `--${name}:${PALETTE[name][form]}`).join(';');
}

/** The report's style sheet: light and dark by the reader's preference, from phone to desktop, and for paper. */
export const STYLE = `
:root{color-scheme:light dark;${variables('light')}}
@media (prefers-color-scheme:dark){:root{${variables('dark')}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.6 Inter,system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;font-variant-numeric:tabular-nums}
header,main,footer{max-width:62rem;margin:0 auto;padding:0 clamp(1rem,4vw,2.5rem)}
header{padding-top:clamp(2rem,6vw,4.5rem)}
h1,h2{font-family:Charter,'Iowan Old Style','Source Serif 4','Noto Serif',Georgia,serif;font-weight:600;letter-spacing:-.01em;line-height:1.15;text-wrap:balance}
h1{font-size:clamp(2rem,5.5vw,3.2rem);margin:.2rem 0 .6rem}
h2{font-size:clamp(1.45rem,3vw,1.9rem);margin:0 0 .7rem}
h3{font-size:1rem;margin:1.6rem 0 .6rem}
p{max-width:44rem;margin:0 0 1rem;text-wrap:pretty}
a{color:var(--first);text-underline-offset:.2em}
a:focus-visible,pre:focus-visible,.scroll:focus-visible{outline:2px solid var(--first);outline-offset:3px}
code,pre{font-family:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:.9em}
pre{background:var(--card);border:1px solid var(--rule);border-radius:.6rem;padding:.9rem 1.1rem;overflow-x:auto;margin:0 0 1rem}
.over{color:var(--muted);margin:0;font-size:.95rem}
.lead{font-size:1.12rem}
nav{border-bottom:1px solid var(--rule);padding:.4rem 0 1.1rem}
nav ul{display:flex;flex-wrap:wrap;gap:.35rem 1.3rem;list-style:none;margin:0;padding:0;font-size:.92rem}
nav a{color:var(--muted);text-decoration:none}
nav a:hover{color:var(--first);text-decoration:underline}
section{padding:clamp(1.8rem,4vw,2.8rem) 0;border-bottom:1px solid var(--rule);scroll-margin-top:1rem}
section:last-child{border-bottom:0}
.cards{display:grid;grid-template-columns:repeat(3,1fr);gap:.8rem;margin:1.6rem 0}
.card{background:var(--card);border:1px solid var(--rule);border-radius:.8rem;padding:.9rem 1rem 1rem}
.card dt{color:var(--muted);font-size:.85rem}
.card dd{margin:0}
.card strong{display:block;font-size:clamp(1.35rem,3vw,1.8rem);font-weight:650;letter-spacing:-.02em;line-height:1.3;white-space:nowrap}
.card span{display:block;color:var(--muted);font-size:.82rem;line-height:1.35}
.note{border-left:3px solid var(--first);padding:.1rem 0 .1rem 1rem;margin:1.2rem 0}
.warning{border-color:var(--second)}
figure{margin:0}
figcaption{color:var(--muted);font-size:.85rem;line-height:1.4;padding-top:.35rem}
.pixels{image-rendering:pixelated;display:block;width:100%;height:auto}
.gallery{display:grid;grid-template-columns:repeat(10,1fr);gap:1.1rem .55rem}
.gallery.large{grid-template-columns:repeat(5,1fr)}
.gallery figcaption{text-align:center}
.extremes figcaption{font-size:.78rem;white-space:nowrap}
.extremes strong{color:var(--ink)}
.dots circle:hover{stroke:var(--ink);stroke-width:2.5;r:7}
.plot{display:block;max-width:100%;height:auto;overflow:visible}
.plot text{font-family:inherit}
.narrow{display:none}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:1.6rem 1.4rem}
.plots figcaption{padding:0 0 .5rem}
.plots strong{color:var(--ink);display:block}
.empty{color:var(--muted);border:1px dashed var(--rule);border-radius:.6rem;padding:2.6rem 1rem;text-align:center}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;margin:1.2rem 0 .4rem}
caption{text-align:left;color:var(--muted);font-size:.88rem;padding-bottom:.4rem}
.figures{min-width:min(100%,30rem)}
.figures th,.figures td{text-align:right;padding:.42rem .9rem .42rem 0;border-bottom:1px solid var(--rule);font-weight:400;vertical-align:top}
.figures th:first-child,.figures .words{text-align:left}
.figures thead th{color:var(--muted);font-size:.85rem}
.figures tfoot th,.figures tfoot td{font-weight:600}
.figures tr>:last-child{padding-right:0}
.pairs{min-width:0;width:100%}
.value{overflow-wrap:anywhere}
.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:.4rem 2.6rem;align-items:start}
.pictures{table-layout:fixed;width:100%}
.pictures th{vertical-align:bottom;color:var(--muted);font-weight:400;font-size:.85rem;padding:0 .25rem .35rem;text-align:center}
.pictures td{padding:.25rem}
footer{color:var(--muted);font-size:.85rem;padding-bottom:3rem}
@media (max-width:46rem){
.wide{display:none}.narrow{display:block}
.gallery{grid-template-columns:repeat(5,1fr)}
.gallery.large{grid-template-columns:repeat(3,1fr)}
.cards{grid-template-columns:repeat(2,1fr)}
.extremes figcaption{font-size:.72rem}
.lead{font-size:1.05rem}
.pictures td{padding:.15rem}
.figures th,.figures td{padding-right:.6rem}
}
@media print{body{background:#fff}section{break-inside:avoid}nav{display:none}}
`;
