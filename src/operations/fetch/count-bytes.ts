import { Transform } from 'node:stream';

/** Passes bytes on and tells how many have passed so far. */
export function countBytes(tell: (bytes: number) => void): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      tell(bytes);
      done(null, chunk);
    },
  });
}
