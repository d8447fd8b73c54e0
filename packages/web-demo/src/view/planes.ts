import type { SymbolBatch } from '@convae/runtime/core';
import { make } from './dom.js';
import { type Palette, paintNumbers } from './paint.js';

/** What the visitor does with the numbers; `index` counts through all of them. */
export interface PlaneActions {
  select(index: number): void;
  change(index: number, value: number): void;
  toggle(channel: number, on: boolean): void;
}

interface PlaneState {
  readonly symbols: SymbolBatch;
  readonly off: ReadonlySet<number>;
  readonly selected: number;
  readonly palette: Palette;
}

export interface Planes {
  show(state: PlaneState): void;
}

/** Pixels of a drag for the whole range of numbers. */
const DRAG_PIXELS = 160;

/** One picture: a channel, or all numbers of a latent without height and width. */
interface Plane {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly mark: HTMLElement;
  readonly first: number;
  readonly count: number;
  readonly width: number;
  readonly box: HTMLInputElement | undefined;
}

/** Pictures of symbols that can be chosen, dragged, switched off. */
export function createPlanes(parent: HTMLElement, actions: PlaneActions): Planes {
  let planes: Plane[] = [];
  let state: PlaneState | undefined;
  let shape = '';
  return {
    show(next) {
      state = next;
      const wanted = [next.symbols.channels, next.symbols.height, next.symbols.width].join();
      if (wanted !== shape) {
        shape = wanted;
        planes = buildPlanes(next.symbols, actions, () => state!);
        parent.replaceChildren(...planes.map(({ element }) => element));
        parent.dataset.single = String(planes.length === 1);
      }
      for (const [i, plane] of planes.entries()) showPlane(plane, i, next);
    },
  };
}

function showPlane(
  { canvas, mark, first, count, width, box }: Plane,
  channel: number,
  state: PlaneState,
): void {
  const { symbols, off, selected, palette } = state;
  const full = symbols.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const data = symbols.data.subarray(first, first + count);
  const height = Math.ceil(count / width);
  paintNumbers(
    canvas,
    { data: off.has(channel) && box ? data.map(() => 0) : data, height, width },
    full,
    palette,
  );
  if (box) box.checked = !off.has(channel);
  const inside = selected - first;
  mark.hidden = inside < 0 || inside >= count;
  mark.style.cssText = `left:${((inside % width) / width) * 100}%;top:${(Math.floor(inside / width) / height) * 100}%;width:${100 / width}%;height:${100 / height}%`;
}

function buildPlanes(symbols: SymbolBatch, actions: PlaneActions, state: () => PlaneState): Plane[] {
  const { channels, height, width } = symbols;
  const count = height * width;
  if (count === 1) {
    return [
      buildPlane(
        { first: 0, count: channels, width: Math.ceil(Math.sqrt(channels)), name: 'All numbers' },
        actions,
        state,
      ),
    ];
  }
  return Array.from({ length: channels }, (_, channel) => {
    const toggle = (on: boolean): void => actions.toggle(channel, on);
    const name = `Channel ${channel + 1}`;
    return buildPlane({ first: channel * count, count, width, name, toggle }, actions, state);
  });
}

interface PlanePlan {
  readonly first: number;
  readonly count: number;
  readonly width: number;
  readonly name: string;
  readonly toggle?: (on: boolean) => void;
}

function buildPlane(plan: PlanePlan, actions: PlaneActions, state: () => PlaneState): Plane {
  const { first, count, width, name, toggle } = plan;
  const canvas = make('canvas', { width, height: Math.ceil(count / width) });
  const mark = make('i', { className: 'mark', hidden: true });
  const button = make('button', { type: 'button', className: 'plane' }, canvas, mark);
  button.setAttribute(
    'aria-label',
    `${name}: choose a number with the arrow keys, change it with plus and minus`,
  );
  button.style.aspectRatio = `${width} / ${Math.ceil(count / width)}`;
  dragNumbers(button, plan, actions, state);
  walkNumbers(button, plan, actions, state);
  const box = toggle && make('input', { type: 'checkbox', checked: true });
  box?.addEventListener('change', () => toggle?.(box.checked));
  box?.setAttribute('aria-label', name);
  // Where there is no room, the number alone.
  const [word, number] = name.split(' ') as [string, string];
  const element = make('div', {}, button, box ? make('label', {}, box, make('span', {}, word), number) : '');
  return { element, canvas, mark, first, count, width, box };
}

/** Down chooses the number under the pointer; up and down changes it. */
function dragNumbers(
  button: HTMLElement,
  { first, count, width }: PlanePlan,
  actions: PlaneActions,
  state: () => PlaneState,
): void {
  let drag: { index: number; y: number; value: number } | undefined;
  button.addEventListener('pointerdown', (event) => {
    const box = button.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * width);
    const row = Math.floor(((event.clientY - box.top) / box.height) * Math.ceil(count / width));
    const index = first + Math.min(count - 1, Math.max(0, row * width + column));
    button.setPointerCapture(event.pointerId);
    drag = { index, y: event.clientY, value: state().symbols.data[index]! };
    actions.change(index, drag.value);
  });
  button.addEventListener('pointermove', (event) => {
    if (!drag) return;
    const most = state().symbols.data.reduce((top, value) => Math.max(top, Math.abs(value)), 4);
    actions.change(drag.index, drag.value + ((drag.y - event.clientY) * most * 2) / DRAG_PIXELS);
  });
  const end = (): void => {
    drag = undefined;
  };
  button.addEventListener('pointerup', end);
  button.addEventListener('pointercancel', end);
}

/** Arrow keys choose a number, plus and minus change it. */
function walkNumbers(
  button: HTMLElement,
  { first, count, width }: PlanePlan,
  actions: PlaneActions,
  state: () => PlaneState,
): void {
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -width,
    ArrowDown: width,
  };
  const changes: Readonly<Record<string, number>> = { '+': 1, '=': 1, '-': -1 };
  button.addEventListener('keydown', (event) => {
    const { selected, symbols } = state();
    const here = selected >= first && selected < first + count ? selected : first;
    const move = moves[event.key];
    const change = changes[event.key];
    if (move !== undefined) {
      const next = here + move;
      actions.select(next >= first && next < first + count ? next : here);
    } else if (change !== undefined) actions.change(here, symbols.data[here]! + change);
    else return;
    event.preventDefault();
  });
}
