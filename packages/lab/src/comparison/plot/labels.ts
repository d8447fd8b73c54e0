/** A point of the picture, pixels from the top left. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A name that belongs to the end of a line. */
export interface WantedLabel {
  readonly end: Place;
  readonly width: number;
}

/** Where a name stands: its left edge and the middle of its height. */
export type PlacedLabel = Place;

/** What is in the way, and how much room there is. */
export interface LabelRoom {
  /** Places that lines pass, close together. */
  readonly lines: readonly Place[];
  readonly width: number;
  readonly height: number;
  /** Height of a line of text. */
  readonly lineHeight: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Distance of a name from the end of its line. */
const GAP = 7;
/** Steps up and down that are tried, in halves of a line of text. */
const STEPS = Array.from({ length: 17 }, (_, i) => (i % 2 === 0 ? i / 2 : -(i + 1) / 2));
/** A place of a line that is covered, or between, weighs as much as so many pixels of distance; another name as much as so many. */
const LINE_COST = 6;
const LABEL_COST = 2000;

const boxOf = ({ x, y }: Place, { width }: WantedLabel, lineHeight: number): Box => ({
  left: x - 2,
  right: x + width + 2,
  top: y - lineHeight / 2,
  bottom: y + lineHeight / 2,
});

/** A name's box stretched to the end of its line: what lies in it comes between the two. */
const reach = (box: Box, { y }: Place): Box => ({
  ...box,
  top: Math.min(box.top, y),
  bottom: Math.max(box.bottom, y),
});

const holds = (box: Box, { x, y }: Place): boolean =>
  x > box.left && x < box.right && y > box.top && y < box.bottom;

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom - 0.01 && b.top < a.bottom - 0.01;

/** To the right of the end, or above and below it, each at several heights. */
function candidates({ end, width }: WantedLabel, { height, lineHeight }: LabelRoom): Place[] {
  const lefts = [end.x + GAP, end.x - width / 2, end.x - width];
  return lefts.flatMap((x) =>
    STEPS.map((step) => ({ x, y: end.y + (step * lineHeight) / 2 })).filter(
      ({ x: left, y }) => left >= 0 && y >= 0 && y <= height,
    ),
  );
}

function costOf(place: Place, wanted: WantedLabel, room: LabelRoom, taken: readonly Box[]): number {
  const box = boxOf(place, wanted, room.lineHeight);
  const reached = reach(box, wanted.end);
  const covered = room.lines.filter((line) => holds(reached, line)).length;
  const names = taken.filter((other) => overlap(box, other)).length;
  const aside = Math.abs(place.x - wanted.end.x - GAP) / 8;
  return covered * LINE_COST + names * LABEL_COST + Math.abs(place.y - wanted.end.y) + aside;
}

/** Finds a place for each name, near the end of its line and away from lines and from names placed before it. */
export function placeLabels(labels: readonly WantedLabel[], room: LabelRoom): PlacedLabel[] {
  const taken: Box[] = [];
  return labels.map((wanted) => {
    const places = candidates(wanted, room);
    const costs = places.map((place) => costOf(place, wanted, room, taken));
    const best = places[costs.indexOf(Math.min(...costs))]!;
    taken.push(boxOf(best, wanted, room.lineHeight));
    return best;
  });
}
