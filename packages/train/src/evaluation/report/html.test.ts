import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatMse, formatPsnr, formatReal, formatShare } from './format.js';
import { html, raw } from './html.js';

describe('html', () => {
  it('escapes inserted text, keeps inserted HTML, joins lists', () => {
    const list = ['<b>', raw('<i>'), undefined, 3];
    expect(html`<p title="${'"&\''}">${list}</p>`.text).toBe('<p title="&quot;&amp;&#39;">&lt;b&gt;<i>3</p>');
  });
});

describe('figures', () => {
  it('read as people write them', () => {
    expect([formatMse(0.0085412), formatMse(0), formatMse(2e-8)]).toEqual(['0.00854', '0', '2.0e-8']);
    expect([formatPsnr(20.684), formatPsnr(null)]).toEqual(['20.68 dB', '∞ dB']);
    expect([formatBytes(784), formatBytes(4321), formatBytes(1_234_000)]).toEqual([
      '784 bytes',
      '4.3 kB',
      '1.2 MB',
    ]);
    expect([formatDuration(4.24), formatDuration(59.6), formatDuration(7500)]).toEqual([
      '4.2 s',
      '1 min 0 s',
      '2 h 5 min',
    ]);
    expect([formatReal(0.0312345), formatReal(3.6e-7), formatReal(0)]).toEqual(['0.0312', '3.6e-7', '0']);
  });

  it('call a share 0% or 100% only where it is', () => {
    expect([0, 1e-6, 0.05, 0.5, 0.99999, 1].map(formatShare)).toEqual([
      '0%',
      'under 0.1%',
      '5.0%',
      '50%',
      'over 99.9%',
      '100%',
    ]);
  });
});
