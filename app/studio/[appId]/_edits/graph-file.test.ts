import { expect, it } from 'vitest';
import { emptyGraph } from './edit.ts';
import { graphFile, readGraphFile } from './graph-file.ts';
import { addNode } from './nodes.ts';

it('reads back what it wrote, unknown blocks and all', () => {
  const document = addNode({ block: 'acme/press.tonnage', version: '2.1.0', position: { x: 0, y: 0 } })(emptyGraph());
  const read = readGraphFile(graphFile('x', document).text);
  expect(read).toEqual({ ok: true, document });
});
it('says what is wrong with a file: no JSON, a newer format, where', () => {
  const reason = (text: string) => {
    const read = readGraphFile(text);
    return read.ok ? '' : read.reason.en;
  };
  expect(reason('{')).toMatch(/no JSON/);
  expect(reason('{"format":7}')).toMatch(/format 7.*up to 1/);
  expect(reason('{"format":1,"nodes":[{"id":"A"}],"wires":[]}')).toMatch(/at nodes\.0\.id/);
  expect(reason('[]')).toMatch(/no graph/);
});
