// Rows of a benchmark: each beside its peer and beside the limit of the machine, printed as they come, written as JSON.
import { writeFileSync } from 'node:fs';

export const whole = (value) => Math.round(value).toLocaleString('en');

export function createRows() {
  const rows = [];
  return {
    /** A rate; `peer` and `atMost` where they are known. */
    add(name, unit, { ours, peer, peerName, atMost, ...more }) {
      const ratio = peer === undefined ? undefined : ours / peer;
      const shareOfLimit = atMost === undefined ? undefined : ours / atMost;
      rows.push({ name, unit, ours, peer, peerName, ratio, shareOfLimit, ...more });
      const beside = ratio === undefined ? '' : `, ${ratio.toFixed(2)}× ${peerName} (${whole(peer)})`;
      const near = shareOfLimit === undefined ? '' : `; ${(100 * shareOfLimit).toFixed(1)} % of the limit`;
      console.log(`${name}: ${whole(ours)} ${unit}${beside}${near}`);
    },
    /** Says which peer is not there. */
    skip(peerName, why) {
      rows.push({ peerName, skipped: why });
      console.error(`skipped: ${peerName}: ${why}`);
    },
    save(path, facts) {
      if (path) writeFileSync(path, `${JSON.stringify({ ...facts, rows }, null, 2)}\n`);
    },
  };
}
