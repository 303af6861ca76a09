import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Refused } from './outcome.ts';

const NAME = /^([a-z][a-z0-9]*)\/([a-z][a-z0-9-]*)$/;
const TAKEN = new Set(['sdk', 'catalogue', 'connectors']);

/**
 * A block's folder that passes its tests as it is: value × gain + offset, to be turned into what is wanted. Gives the files that were written.
 * @throws Refused for a name that cannot be one, a folder that is there, or a place that has no blocks
 */
export async function newBlock(name: string, root: string): Promise<string[]> {
  const [, group = '', block = ''] = NAME.exec(name) ?? [];
  if (!group || TAKEN.has(group))
    throw new Refused([
      `${name}: write <group>/<name> in small letters, such as series/median; groups ${[...TAKEN].join(', ')} are taken`,
    ]);
  if (!existsSync(path.join(root, 'blocks', 'sdk')))
    throw new Refused([`${root}: there is no blocks/sdk here; call it in the folder of the product`]);
  const folder = path.join(root, 'blocks', group, block);
  if (existsSync(folder)) throw new Refused([`${folder} is there already`]);
  const files = filesOf(group, block);
  await mkdir(path.join(folder, 'cases'), { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text);
  return Object.keys(files).map((file) => path.posix.join('blocks', group, block, file));
}

function filesOf(group: string, name: string): Record<string, string> {
  const id = `${group}.${name}`;
  const title = name.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase());
  return {
    'block.ts': `import { defineBlock, field, number, same, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: '${id}',
  version: '1.0.0',
  title: { en: '${title}', zh: '线性换算' },
  summary: { en: 'Gives the value times a gain plus an offset.', zh: '输出数值乘以增益再加偏移量。' },
  icon: 'math-function',
  reference: 'Straight line y = a·x + b',
  params: z.object({
    gain: field(z.number().default(1), { title: { en: 'Gain', zh: '增益' } }),
    offset: field(z.number().default(0), {
      title: { en: 'Offset', zh: '偏移量' },
      help: { en: 'In the unit of the value.', zh: '与数值单位相同。' },
    }),
  }),
  badQuality: 'propagate',
  input: { value: number() },
  output: { value: number(same('value')) },
  each: (row, _s, p) => ({ value: row.value * p.gain + p.offset }),
});
`,
    'block.test.ts': `import { testBlock } from '#blocks/sdk/testing.ts';

testBlock(import.meta.url);
`,
    'cases/line.json': json([
      {
        title: '2x + 1: 0, 1 and 2 give 1, 3 and 5',
        source: 'Closed form of the straight line.',
        params: { gain: 2, offset: 1 },
        input: [0, 1, 2].map((value) => ({ time: value * 1000, value })),
        expected: { out: [{ time: 0, value: 1 }, { value: 3 }, { value: 5 }] },
        falsifier: { why: 'another gain', params: { gain: 2.001 } },
      },
      {
        title: 'without parameters the value stays as it is',
        source: 'Closed form of the straight line.',
        input: [{ time: 0, value: -3.25 }],
        expected: { out: [{ value: -3.25 }] },
      },
      {
        title: 'degrees Celsius to degrees Fahrenheit: 100 gives 212, -40 stays -40',
        source: 'NIST SP 811, B.9: t/°F = 1.8 t/°C + 32.',
        params: { gain: 1.8, offset: 32 },
        input: [
          { time: 0, value: 100 },
          { time: 1000, value: -40 },
        ],
        expected: { out: [{ value: 212 }, { value: -40 }] },
      },
    ]),
    'cases/bad.json': json({
      title: 'a bad value makes a bad result',
      source: 'Quality policy propagate.',
      params: { gain: 2 },
      input: [{ time: 0, value: 1, 'value.quality': 'bad' }],
      expected: { out: [{ 'value.quality': 'bad' }] },
    }),
    'README.md': `# ${id} — ${title.toLowerCase()}

Gives the value times a gain plus an offset.

输出数值乘以增益再加偏移量。

## Formula

y = gain · x + offset.

## Parameters

| parameter | unit         | meaning          |
| --------- | ------------ | ---------------- |
| \`gain\`    | 1            | factor           |
| \`offset\`  | of the value | added afterwards |

## Limits

A bad value makes a bad result.

## Source

Straight line; NIST SP 811, B.9 for the example of temperatures.

## Worked example

gain 1.8, offset 32: 100 gives 212.
`,
    'README.zh.md': `# ${id} — 线性换算

输出数值乘以增益再加偏移量。

## 公式

y = gain · x + offset。

## 适用范围

质量为坏的输入得到质量为坏的结果。

## 来源

直线方程；温度示例见 NIST SP 811 B.9。

## 算例

gain 取 1.8、offset 取 32：输入 100 得 212。
`,
  };
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
