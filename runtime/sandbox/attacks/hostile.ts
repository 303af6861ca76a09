import type { Program } from '#runtime/step/contract.ts';

/** A program whose block `hostile` does `body` in its step; the block's source starts at line 10. */
export function hostileProgram(body: string, untrusted = false): Program {
  const lines = body.split('\n');
  const text = `() => { const EMPTY = { outputs: [], effects: [], alarms: [], dead: [], late: {}, wakeAt: null };
return { step(input) {
${body}
return EMPTY; }, save() { return 1; }, load() {} } }`;
  return {
    text,
    map: [{ node: 'bad', block: 'acme/test.hostile', from: 3, to: 2 + lines.length, line: 10 }],
    info: {
      hash: '',
      graphHash: '',
      instrumented: false,
      nodes: [],
      sources: [],
      outputs: [{ name: 'out', node: 'bad', port: 'out', schema: { kind: 'stream', columns: {} }, sources: [] }],
      capabilities: [],
      blocks: {
        bad: { block: 'acme/test.hostile', version: '1.0.0', stateVersion: 1 },
        loud: { block: 'acme/test.loud', version: '1.0.0', stateVersion: 1 },
      },
      preconditions: {},
      splittable: false,
      untrusted,
    },
  };
}
export const NO_ROWS = { n: 0, clock: new Float64Array(0), words: [], sources: [], answers: [] };
