import { elements, parameterShapes } from './parameters.js';
import { type ChainLink, type Half, traceShapes } from './shapes.js';
import type { ArchitectureSpec, Block } from './spec.js';

/** One block of the network, for tables. */
export interface LayerRow {
  readonly part: Half;
  /** `encoder 1`, `decoder 2`: 1-based. */
  readonly name: string;
  readonly kind: string;
  /** [channels, height, width]. */
  readonly outputShape: readonly number[];
  readonly parameters: number;
  readonly description: string;
}

function describeBlock(block: Block): string {
  switch (block.kind) {
    case 'conv': {
      const stride = block.stride > 1 ? ` stride ${block.stride}` : '';
      const pool = block.pool > 1 ? `, max-pool ${block.pool}` : '';
      return `convolution ${block.kernel}×${block.kernel}${stride}, ${block.activation}${pool}`;
    }
    case 'transpose':
      return `transposed convolution ${block.kernel}×${block.kernel} stride ${block.stride}, ${block.activation}`;
    case 'nearest':
    case 'bilinear':
      return `${block.kind} upsampling ×${block.factor}, convolution ${block.kernel}×${block.kernel}, ${block.activation}`;
    case 'expand':
      return `fully connected, reshaped to ${block.filters}×${block.height}×${block.width}, ${block.activation}`;
    case 'dense':
      return `fully connected, ${block.activation}`;
  }
}

/** The blocks of the network with output shapes and parameter counts. */
export function describeLayers(spec: ArchitectureSpec): LayerRow[] {
  const shapes = traceShapes(spec);
  const counts = new Map(parameterShapes(spec).map((p) => [p.name, elements(p.shape)]));
  const row = (part: Half, { block, output }: ChainLink, place: number | 'linear'): LayerRow => ({
    part,
    name: `${part} ${place === 'linear' ? place : place + 1}`,
    kind: block.kind,
    outputShape: [output.channels, output.height, output.width],
    parameters: counts.get(`${part}/${place}/kernel`)! + counts.get(`${part}/${place}/bias`)!,
    description: describeBlock(block),
  });
  const rows = (part: Half): LayerRow[] => [
    ...shapes[part].map((link, index) => row(part, link, index)),
    ...(shapes.linear === undefined ? [] : [row(part, shapes.linear[part], 'linear')]),
  ];
  return [...rows('encoder'), ...rows('decoder')];
}
