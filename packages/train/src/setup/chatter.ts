import { Transform } from 'node:stream';

/**
 * What TensorFlow tells on standard error whatever TF_CPP_MIN_LOG_LEVEL says: that it logs before its log is set up,
 * and messages of severity I (`I0000 00:00:1795780445.415446    3281 port.cc:153] …`). Warnings (W), errors (E) and
 * fatal errors (F) look the same but for the letter, and are kept.
 */
const CHATTER =
  /^(WARNING: All log messages before absl::InitializeLog\(\)|I\d{4} \d{2}:\d{2}:\d+\.\d+ +\d+ \S+:\d+\] )/;

const NEWLINE = 0x0a;

function* linesOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, start) + 1 || bytes.length;
    yield bytes.subarray(start, end);
    start = end;
  }
}

/** Passes bytes on, line by line, without TensorFlow's chatter; the bytes of all other lines stay as they are. */
export function withoutChatter(): Transform {
  let held: Buffer = Buffer.alloc(0);
  const pass = (stream: Transform, bytes: Buffer): void => {
    for (const line of linesOf(bytes)) if (!CHATTER.test(line.toString('latin1'))) stream.push(line);
  };
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      const all = Buffer.concat([held, bytes]);
      const ended = all.lastIndexOf(NEWLINE) + 1;
      held = all.subarray(ended);
      pass(this, all.subarray(0, ended));
      done();
    },
    flush(done) {
      pass(this, held);
      done();
    },
  });
}
