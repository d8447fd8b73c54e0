// How a place is coded where colours are copied (FORMAT.md, "Copies"). A colour is a place's bytes as they are stored.
import { isBlank, layers, RESULTS } from '../shared/layers';
import { weigh } from '../shared/logistics';
import { answer, codeOf, slot } from './coder';
import { model } from './model';
import { pushOn, run } from './network';

const CANDIDATES = 4;
/** As a colour of the list, as a new one; there are so many choices. */
export const LISTED = 4;
export const NEW = 5;
const CHOICES = 6;
/** Pairs of neighbours whose colours are compared. */
const PAIRS = 10;
const MOST_LISTED = 256;

/** uint32: the candidates' colours; the list; those of its colours that the place may have. */
const COLOURS: usize = memory.data(4 * CANDIDATES, 16);
const LIST: usize = memory.data(4 * MOST_LISTED, 16);
const LEFT: usize = memory.data(4 * MOST_LISTED, 16);
/** uint8, of each value whether a colour that is left has it. */
const SEEN: usize = memory.data(256, 16);
/** int32, of each possible choice its weight, and its number. */
const WEIGHTS: usize = memory.data(4 * CHOICES, 16);
const NUMBERS: usize = memory.data(4 * CHOICES, 16);

let added: i32 = 0;
let left: i32 = 0;
/** Possible choices; whether one is a colour of the list. */
let choices: i32 = 0;
let anyListed: bool = false;

/** Begins an image. */
export function clearList(): void {
  added = 0;
}

// @ts-ignore: decorator
@inline
export function colourAt(at: usize): u32 {
  const channels = model().channels;
  return channels == 4 ? load<u32>(at) : channels == 3 ? load<u32>(at) & 0xffffff : <u32>load<u8>(at);
}

// @ts-ignore: decorator
@inline
function candidate(i: i32): u32 {
  return load<u32>(COLOURS + 4 * i);
}

/** Looks at what is around a place, and takes the inputs that tell what differs. weights: those of the pairs. */
export function look(at: usize, stride: usize, weights: usize): void {
  const m = model();
  const step: usize = m.channels, size: usize = 4 * layers().units1;
  const w = colourAt(at - step), n = colourAt(at - stride);
  const ne = colourAt(at - stride + step), nw = colourAt(at - stride - step);
  store<u32>(COLOURS, w);
  store<u32>(COLOURS, n, 4);
  store<u32>(COLOURS, ne, 8);
  store<u32>(COLOURS, nw, 12);
  pushOn(w != n, weights);
  pushOn(w != nw, weights + size);
  pushOn(n != ne, weights + 2 * size);
  pushOn(n != nw, weights + 3 * size);
  pushOn(w != colourAt(at - 2 * step), weights + 4 * size);
  pushOn(n != colourAt(at - 2 * stride), weights + 5 * size);
  pushOn(ne != colourAt(at - stride + 2 * step), weights + 6 * size);
  pushOn(ne != colourAt(at - 2 * stride + step), weights + 7 * size);
  pushOn(w != ne, weights + 8 * size);
  pushOn(nw != colourAt(at - 2 * stride - step), weights + 9 * size);
}

/** Takes the inputs that tell from which candidates a value of the place differs. differ: the weights of the pairs. */
export function lookAt(value: i32, channel: i32, k: i32, differ: usize): void {
  const size: usize = 4 * layers().units1;
  let weights = differ + size * (PAIRS + CANDIDATES * k);
  for (let i = 0; i < CANDIDATES; i++, weights += size) pushOn(valueOf(candidate(i), channel) != value, weights);
}

// @ts-ignore: decorator
@inline
function valueOf(colour: u32, channel: i32): i32 {
  return <i32>((colour >> (8 * channel)) & 255);
}

function isCandidate(colour: u32): bool {
  return colour == candidate(0) || colour == candidate(1) || colour == candidate(2) || colour == candidate(3);
}

/** Lists which choices are possible: candidates whose colour none before has, a colour of the list, a new one. */
function findChoices(): void {
  choices = 0;
  for (let i = 0; i < CANDIDATES; i++) {
    let known = false;
    for (let j = 0; j < i; j++) known = known || candidate(i) == candidate(j);
    if (!known) store<i32>(NUMBERS + 4 * choices++, i);
  }
  const size = min(added, MOST_LISTED);
  anyListed = false;
  for (let i = 0; i < size && !anyListed; i++) anyListed = !isCandidate(load<u32>(LIST + 4 * i));
  if (anyListed) store<i32>(NUMBERS + 4 * choices++, LISTED);
  store<i32>(NUMBERS + 4 * choices++, NEW);
}

function choiceOf(colour: u32): i32 {
  let wanted = NEW;
  const size = min(added, MOST_LISTED);
  for (let i = 0; i < size; i++) wanted = load<u32>(LIST + 4 * i) == colour ? LISTED : wanted;
  for (let i = CANDIDATES - 1; i >= 0; i--) wanted = candidate(i) == colour ? i : wanted;
  return wanted;
}

/** The number, among those that are possible, of the choice that a colour is. */
function choose(colour: u32): i32 {
  const wanted = choiceOf(colour);
  let number = 0;
  while (load<i32>(NUMBERS + 4 * number) != wanted) number++;
  return number;
}

function weighChoices(position: i32): void {
  run(position, model().channels);
  for (let i = 0; i < choices; i++)
    store<i32>(WEIGHTS + 4 * i, load<i32>(RESULTS + 4 * load<i32>(NUMBERS + 4 * i)));
  weigh(WEIGHTS, choices);
}

/** Codes how a place is coded: as a candidate, which its bytes then are, as a colour of the list, or as a new one. */
export function codeChoice(at: usize, position: i32): i32 {
  findChoices();
  const wanted = slot() < 0 ? choose(colourAt(at)) : 0;
  const blank = isBlank();
  const place = model().blank + 2 * (2 * position + i32(anyListed));
  let first = blank ? <i32>load<u16>(place) : 0;
  const known = first > 0;
  if (!known) {
    weighChoices(position);
    first = min(max(2 * load<i32>(WEIGHTS), 1), 65535);
    if (blank) store<u16>(place, first);
  }
  if (answer(first, i32(wanted == 0))) return copy(at, 0);
  if (known) weighChoices(position);
  const other = 1 + codeOf(WEIGHTS + 4, choices - 1, wanted - 1);
  return copy(at, load<i32>(NUMBERS + 4 * other));
}

function copy(at: usize, choice: i32): i32 {
  if (choice < CANDIDATES)
    for (let c = 0; c < model().channels; c++) store<u8>(at + c, valueOf(candidate(choice), c));
  return choice;
}

/** Whether the colour of a place is a candidate's, or in the list: then it is no new one. */
export function isKnown(at: usize): bool {
  return choiceOf(colourAt(at)) != NEW;
}

/** Adds the colour of a place to the list. */
export function add(at: usize): void {
  store<u32>(LIST + 4 * (added % MOST_LISTED), colourAt(at));
  added++;
}

/** Begins a colour of the list: all but the candidates' are left. */
export function begin(): void {
  const size = min(added, MOST_LISTED);
  left = 0;
  for (let i = 0; i < size; i++) {
    const colour = load<u32>(LIST + 4 * i);
    if (!isCandidate(colour)) store<u32>(LEFT + 4 * left++, colour);
  }
}

/** Writes the values, uint8, ascending, that a channel of the colours that are left has; gives their number. */
export function listValues(channel: i32, values: usize): i32 {
  memory.fill(SEEN, 0, 256);
  for (let i = 0; i < left; i++) store<u8>(SEEN + valueOf(load<u32>(LEFT + 4 * i), channel), 1);
  let count = 0;
  for (let value = 0; value < 256; value++)
    if (load<u8>(SEEN + value)) store<u8>(values + count++, value);
  return count;
}

/** Keeps the colours that have this value. */
export function keep(channel: i32, value: i32): void {
  let kept = 0;
  for (let i = 0; i < left; i++) {
    const colour = load<u32>(LEFT + 4 * i);
    if (valueOf(colour, channel) == value) store<u32>(LEFT + 4 * kept++, colour);
  }
  left = kept;
}
