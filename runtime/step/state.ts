import { deserialize, serialize } from 'node:v8';

/**
 * A program's state as bytes, in one place for every host. V8's structured serialization keeps typed arrays, NaN and infinities;
 * checkpoints never cross engine versions anyway (semantics, section 5). The first byte is the format of this envelope.
 */
const FORMAT = 1;

export function encodeState(state: unknown): Uint8Array {
  const body = serialize(state);
  const out = new Uint8Array(body.length + 1);
  out[0] = FORMAT;
  out.set(body, 1);
  return out;
}

/** @throws RangeError for another format */
export function decodeState(bytes: Uint8Array): unknown {
  if (bytes[0] !== FORMAT) throw new RangeError(`state of format ${bytes[0] ?? 'none'}, this version reads ${FORMAT}`);
  return deserialize(bytes.subarray(1));
}
