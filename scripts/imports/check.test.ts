import { expect, test } from 'vitest';
import { checkFile, importsOf } from './check.ts';

const refused = (file: string, ...lines: string[]) => checkFile(file, lines.join('\n')).map(({ message }) => message);

test.each([
  [
    'runtime/graph/wires.ts',
    `import { readFileSync } from 'node:fs';`,
    /runtime\/graph may not import node:fs.*belongs to runtime\/worker/,
  ],
  [
    'blocks/series/ewma/block.ts',
    `import { db } from '#drizzle/client.ts';`,
    /blocks\/series may not import drizzle\/client.ts.*A block is pure/,
  ],
  [
    'runtime/historian/flush.ts',
    `import { append } from '#runtime/log/append.ts';`,
    /Rooms of the runtime do not know each other/,
  ],
  ['app/plant/page.tsx', `import { openDatabase } from '#drizzle/client.ts';`, /A screen asks the server/],
  ['server/apps/save-app.ts', `import { createStepper } from '#runtime/sandbox/stepper.ts';`, /programs run on runtime\/worker/],
  ['server/apps/save-app.ts', `import ivm from 'isolated-vm';`, /runtime\/sandbox alone/],
  ['runtime/worker/turns.ts', `import { Queue } from 'bullmq';`, /runtime\/queue alone/],
  ['app/apps/page.tsx', `import { ReactFlow } from '@xyflow/react';`, /_canvas alone/],
  ['app/studio/[appId]/_dock/dock.tsx', `const m = await import('monaco-editor/editor/editor.main.js');`, /_code alone/],
  ['runtime/replay/report.ts', `import { x } from '../batch/batch.ts';`, /leaves runtime\/replay; .*#runtime\/batch\/batch.ts/],
  ['runtime/units/convert.test.ts', `import { Queue } from 'bullmq';`, /runtime\/queue alone/],
  [
    'e2e/journeys/studio.spec.ts',
    `import { openDatabase } from '#drizzle/client.ts';`,
    /see the running product as a person does/,
  ],
  ['runtime/batch/pack.ts', `import _ from 'lodash';`, /may not import the package lodash/],
  ['runtime/batch/pack.ts', `export { x } from '#runtime/graph/document.ts';`, /may not import runtime\/graph/],
])('%s: %s is refused', (file, line, message) => {
  expect(refused(file, line)).toEqual([expect.stringMatching(message)]);
});

test.each([
  ['runtime/graph/wires.ts', `import { z } from 'zod';`],
  ['runtime/compile/plan.ts', `import { defineBlock } from '#blocks/sdk/index.ts';`],
  ['runtime/sandbox/stepper.ts', `import type { StepInput } from '#runtime/step/contract.ts';`],
  ['runtime/historian/main.ts', `import { openLog } from '#runtime/log/log.ts';`],
  ['runtime/graph/wires.test.ts', `import { readFileSync } from 'node:fs';`],
  ['app/studio/[appId]/_canvas/canvas.tsx', `import { ReactFlow } from '@xyflow/react';`],
  ['blocks/series/ewma/block.ts', `import { defineBlock } from '#blocks/sdk/index.ts';`],
  ['drizzle/seed/people.ts', `import { openDatabase } from '../client.ts';`],
  ['blocks/series/ewma/block.ts', `// import ivm from 'isolated-vm';`],
])('%s: %s is allowed', (file, line) => {
  expect(refused(file, line)).toEqual([]);
});

test('an import over several lines, a re-export and an import for its effect are seen, with their lines', () => {
  const source = `import {\n  a,\n  type B,\n} from './a.ts';\nexport * from './b.ts';\nimport './c.css';\nconst text = "import x from 'y'";\n`;
  expect(importsOf(source)).toEqual([
    { target: './a.ts', typeOnly: false, line: 1 },
    { target: './b.ts', typeOnly: false, line: 5 },
    { target: './c.css', typeOnly: false, line: 6 },
  ]);
});
