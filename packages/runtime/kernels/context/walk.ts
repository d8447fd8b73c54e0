// The walk over the symbols of a block of a latent, in coding order.
import { run } from '../shared/layers';
import { ASK, ask, FIND, give, interval, READ, read, take as takeState } from './coder';
import { take } from './mixture';
import { Coded, model } from './model';
import { enter, pushOwn } from './network';

/** The channels that are coded, and where they end. */
let first: usize = 0;
let end: usize = 0;

/** ASK, FIND or READ. */
let way: i32 = ASK;

/**
 * Codes a block of `rows` × `columns` places. coded: the channels that are coded at the quality, `count` of them. Where
 * intervals are to be found, they replace the symbols.
 */
export function code(quality: i32, coded: usize, count: i32, rows: i32, columns: i32, way_: i32): void {
  const m = model();
  const step: usize = 2 * m.inputs;
  const stride: usize = step * (columns + 2 * m.radius);
  first = coded;
  end = coded + count * offsetof<Coded>();
  way = way_;
  if (way == READ) takeState();
  let at: usize = m.window + m.radius * (stride + step);
  let symbols = m.symbols;
  for (let row = 0; row < rows; row++, at += stride) {
    const base = load<i32>(m.gridRows + 4 * row);
    for (let column = 0; column < columns; column++, symbols += 4 * count) {
      const position = base + load<i32>(m.gridColumns + 4 * column);
      const place = at + column * step;
      codePlace(place, symbols, enter(place, stride, quality, position));
    }
  }
  if (way == READ) give();
}

/** Codes the channels of a place. own: the weights of its inputs. */
function codePlace(inputs: usize, symbols: usize, own: usize): void {
  for (let at = first; at < end; at += offsetof<Coded>(), symbols += 4) {
    const coded = changetype<Coded>(at);
    const channel = coded.channel;
    run(channel);
    take(coded);
    const symbol = codeSymbol(coded, symbols);
    const input = inputOf(symbol, coded.scale);
    store<i16>(inputs + 2 * channel, input);
    pushOwn(channel, input, own);
  }
}

/** Codes the symbol at an address, and gives it. */
// @ts-ignore: decorator
@inline
function codeSymbol(coded: Coded, at: usize): i32 {
  let symbol = load<i32>(at);
  if (way == FIND) {
    store<i32>(at, interval(coded, symbol));
    return symbol;
  }
  symbol = way == READ ? read(coded) : ask(coded.min, coded.count, symbol);
  store<i32>(at, symbol);
  return symbol;
}

/** A symbol in units, clamped before the product can overflow. */
// @ts-ignore: decorator
@inline
function inputOf(symbol: i32, scale: i32): i32 {
  return <i32>clamped(((<i64>clamped(symbol)) * scale + 32) >> 6);
}

// @ts-ignore: decorator
@inline
function clamped(value: i64): i64 {
  return min<i64>(max<i64>(value, -2047), 2047);
}
