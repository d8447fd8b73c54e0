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
  readonly name: string;
  readonly first: number;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** The channel that a check box switches off; undefined where there is no such box. */
  readonly channel?: number;
}

/** A plane on the page. */
interface PlaneView {
  readonly element: HTMLElement;
  show(state: PlaneState): void;
}

/** Pictures of symbols that can be chosen, dragged, switched off. */
export function createPlanes(parent: HTMLElement, actions: PlaneActions): Planes {
  let planes: PlaneView[] = [];
  let state: PlaneState | undefined;
  let shape = '';
  return {
    show(next) {
      state = next;
      const wanted = [next.symbols.channels, next.symbols.height, next.symbols.width].join();
      if (wanted !== shape) {
        shape = wanted;
        planes = planesOf(next.symbols).map((plane) => buildPlane(plane, actions, () => state!));
        parent.replaceChildren(...planes.map(({ element }) => element));
        parent.dataset.single = String(planes.length === 1);
      }
      for (const plane of planes) plane.show(next);
    },
  };
}

function planesOf({ channels, height, width }: SymbolBatch): Plane[] {
  const count = height * width;
  if (count === 1) {
    const side = Math.ceil(Math.sqrt(channels));
    const rows = Math.ceil(channels / side);
    return [{ name: 'All numbers', first: 0, count: channels, width: side, height: rows }];
  }
  return Array.from({ length: channels }, (_, channel) => {
    return { name: `Channel ${channel + 1}`, first: channel * count, count, width, height, channel };
  });
}

function buildPlane(plane: Plane, actions: PlaneActions, state: () => PlaneState): PlaneView {
  const { name, width, height, channel } = plane;
  const canvas = make('canvas', { width, height });
  const mark = make('i', { className: 'mark', hidden: true });
  const button = make('button', { type: 'button', className: 'plane' }, canvas, mark);
  const help = 'choose a number with the arrow keys, change it with plus and minus';
  button.setAttribute('aria-label', `${name}: ${help}`);
  button.style.aspectRatio = `${width} / ${height}`;
  dragNumbers(button, plane, actions, state);
  walkNumbers(button, plane, actions, state);
  const element = make('div', {}, button);
  const box = make('input', { type: 'checkbox', checked: true });
  if (channel !== undefined) {
    box.addEventListener('change', () => actions.toggle(channel, box.checked));
    box.setAttribute('aria-label', name);
    // Where there is no room, the number alone.
    element.append(make('label', {}, box, make('span', {}, 'Channel'), String(channel + 1)));
  }
  const show = (next: PlaneState): void => {
    box.checked = channel === undefined || !next.off.has(channel);
    paintPlane(canvas, plane, next, box.checked);
    placeMark(mark, plane, next.selected);
  };
  return { element, show };
}

function paintPlane(
  canvas: HTMLCanvasElement,
  { first, count, width, height }: Plane,
  { symbols, palette }: PlaneState,
  on: boolean,
): void {
  const full = symbols.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const data = symbols.data.subarray(first, first + count);
  paintNumbers(canvas, { data: on ? data : data.map(() => 0), height, width }, full, palette);
}

function placeMark(mark: HTMLElement, { first, count, width, height }: Plane, selected: number): void {
  const inside = selected - first;
  mark.hidden = inside < 0 || inside >= count;
  mark.style.cssText = `left:${((inside % width) / width) * 100}%;top:${(Math.floor(inside / width) / height) * 100}%;width:${100 / width}%;height:${100 / height}%`;
}

/** Down chooses the number under the pointer; up and down changes it. */
function dragNumbers(
  button: HTMLElement,
  { first, count, width, height }: Plane,
  actions: PlaneActions,
  state: () => PlaneState,
): void {
  let drag: { index: number; y: number; value: number } | undefined;
  button.addEventListener('pointerdown', (event) => {
    const box = button.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * width);
    const row = Math.floor(((event.clientY - box.top) / box.height) * height);
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
  { first, count, width }: Plane,
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
