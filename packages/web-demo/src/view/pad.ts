import type { App } from '../app/app.js';
import { beginStroke, type Point, type Stroke } from '../picture/brush.js';
import { emptyPicture, isEmpty, type Picture } from '../picture/picture.js';
import { mountBrush } from './brush.js';
import { byId } from './dom.js';
import { currentPalette, paintPicture } from './paint.js';

/** The canvas that is drawn on: by pointer, or by keyboard. */
export function mountPad(app: App): void {
  const canvas = byId('pad', 'canvas');
  const repaint = (): void => paintPicture(canvas, app.pictures.current.value, currentPalette());
  app.pictures.current.subscribe(repaint);
  app.theme.subscribe(repaint);
  const pen = penOf(app);
  drawByPointer(canvas, pen);
  drawByKeyboard(canvas, app, pen);
  mountTools(app);
  mountNote(app);
}

/** What draws strokes. */
interface Pen {
  begin(at: Point): void;
  go: Stroke;
}

function penOf({ pictures, session }: App): Pen {
  const brush = mountBrush(session);
  let stroke: Stroke = () => {};
  let picture: Picture | undefined;
  const go: Stroke = (from, to) => {
    // Another model may have come between: the stroke goes on in its picture.
    if (picture !== pictures.current.value) {
      picture = pictures.current.value;
      stroke = beginStroke(picture, brush());
    }
    stroke(from, to);
    pictures.painted();
  };
  const begin = (at: Point): void => {
    pictures.remember();
    picture = undefined;
    go(at, at);
  };
  return { begin, go };
}

function drawByPointer(canvas: HTMLCanvasElement, pen: Pen): void {
  let last: Point | undefined;
  let pointer = -1;
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || last) return;
    canvas.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    last = placeOf(canvas, event);
    pen.begin(last);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!last || event.pointerId !== pointer) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const next = placeOf(canvas, each);
      pen.go(last, next);
      last = next;
    }
  });
  const end = (event: PointerEvent): void => {
    if (event.pointerId === pointer) last = undefined;
  };
  canvas.addEventListener('pointerup', end);
  canvas.addEventListener('pointercancel', end);
}

function placeOf(canvas: HTMLCanvasElement, event: PointerEvent): Point {
  const box = canvas.getBoundingClientRect();
  return {
    x: ((event.clientX - box.left) / box.width) * canvas.width,
    y: ((event.clientY - box.top) / box.height) * canvas.height,
  };
}

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Arrow keys move a cursor; Space puts the pen down or takes it up. */
function drawByKeyboard(canvas: HTMLCanvasElement, app: App, pen: Pen): void {
  const mark = byId('cursor', 'span');
  let at: Point = { x: canvas.width / 2, y: canvas.height / 2 };
  let down = false;
  const show = (): void => {
    mark.hidden = false;
    mark.dataset.down = String(down);
    mark.style.left = `${(at.x / canvas.width) * 100}%`;
    mark.style.top = `${(at.y / canvas.height) * 100}%`;
  };
  const moveBy = ([dx, dy]: readonly [number, number]): void => {
    const inside = (value: number, side: number): number => Math.min(side - 0.5, Math.max(0.5, value));
    const next = { x: inside(at.x + dx, canvas.width), y: inside(at.y + dy, canvas.height) };
    if (down) pen.go(at, next);
    at = next;
  };
  const act = (key: string): boolean => {
    const move = MOVES[key];
    if (move) moveBy(move);
    else if (key === ' ' || key === 'Enter') {
      down = !down;
      if (down) pen.begin(at);
    } else if (key === 'Delete' || key === 'Backspace') clear(app);
    else return false;
    return true;
  };
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !act(event.key)) return;
    event.preventDefault();
    show();
  });
  canvas.addEventListener('blur', () => {
    mark.hidden = true;
    down = false;
  });
  canvas.addEventListener('pointerdown', () => {
    mark.hidden = true;
  });
}

function clear({ pictures }: App): void {
  const { height, width, channels } = pictures.current.value;
  if (!isEmpty(pictures.current.value)) pictures.replace(emptyPicture(height, width, channels));
}

function mountTools(app: App): void {
  const undo = byId('undo', 'button');
  undo.addEventListener('click', () => app.pictures.undo());
  app.pictures.canUndo.subscribe((can) => {
    undo.disabled = !can;
  });
  byId('clear', 'button').addEventListener('click', () => {
    clear(app);
    app.refresh();
  });
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'z' && !event.shiftKey && !isTyping(event.target)) {
      event.preventDefault();
      app.pictures.undo();
    }
  });
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement && target.type === 'text';

/** Over an empty pad: what it is for, or why it is empty. */
function mountNote(app: App): void {
  const note = byId('pad-note', 'p');
  const update = (): void => {
    const { value } = app.shown;
    const opened = value?.kind === 'opened';
    note.hidden = !isEmpty(app.pictures.current.value);
    note.textContent = opened ? `${value.name} holds no original: only bytes.` : 'Draw here';
  };
  app.pictures.current.subscribe(update);
  app.shown.subscribe(update);
}
