import protobuf from 'protobufjs/minimal.js';

/** What a model says of itself: operator sets by domain (`''` = ONNX's own). Fields of `onnx.proto3`: ModelProto.opset_import = 8. */
export function opsetsOf(bytes: Uint8Array): Readonly<Record<string, number>> {
  const reader = protobuf.Reader.create(bytes);
  const sets: Record<string, number> = {};
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 !== 8 || (tag & 7) !== 2) {
      reader.skipType(tag & 7);
      continue;
    }
    const end = reader.uint32() + reader.pos;
    let domain = '';
    let version = 0;
    while (reader.pos < end) {
      const inner = reader.uint32();
      if (inner >>> 3 === 1) domain = reader.string();
      else if (inner >>> 3 === 2) version = Number(reader.int64());
      else reader.skipType(inner & 7);
    }
    sets[domain === 'ai.onnx' ? '' : domain] = version;
  }
  return sets;
}
