import { columnsFrom, defineBlock, field, i32, integer, jsonState, text, z } from '#blocks/sdk/index.ts';
import { type Asked, add, askFor, noRows, resultsOf, type Waiting } from './rows.ts';

const name = z.string().regex(/^[a-z][a-zA-Z0-9_]*$/);
const part = z.string().min(1).max(200);

export default defineBlock({
  id: 'learn.onnx',
  version: '1.0.0',
  title: { en: 'ONNX model', zh: 'ONNX 模型' },
  summary: {
    en: 'Runs a trained model (ONNX) on every row; the host computes, rows that come meanwhile go together.',
    zh: '对每行运行已训练的模型（ONNX）；由平台主机计算，其间到达的数据合并为一批。',
  },
  words: { en: 'inference neural network tree scikit pytorch predict ai', zh: '推理 神经网络 决策树 预测 人工智能' },
  icon: 'brain',
  reference: 'ONNX specification (onnx.ai); ONNX Runtime',
  capabilities: ['model.load'],
  labels: { problem: { en: 'Not computed', zh: '未计算' }, model: { en: 'Model hash', zh: '模型哈希' } },
  params: z.object({
    model: field(
      z.string().regex(/^[0-9a-f]{64}$/, 'the SHA-256 of the model file, 64 hex digits | 模型文件的 SHA-256，64 位十六进制'),
      {
        title: { en: 'Model', zh: '模型' },
        help: {
          en: 'SHA-256 of the model file. A row with a column model overrides it.',
          zh: '模型文件的 SHA-256。数据行带有 model 列时以该列为准。',
        },
      },
    ),
    columns: field(
      z
        .array(z.object({ name, from: name.optional(), unit: z.string().optional(), input: part.default('X') }))
        .min(1)
        .max(1000),
      {
        title: { en: 'Columns of the model', zh: '模型输入列' },
        help: {
          en: 'In the model’s order: name, from the column, unit it is converted to, and the input of the model.',
          zh: '按模型顺序：name 名称，from 来源列，unit 换算单位，input 模型输入名。',
        },
      },
    ),
    outputs: field(
      z
        .array(
          z.object({
            name,
            type: z.literal('number').default('number'),
            unit: z.string().optional(),
            output: part,
            index: z.number().int().min(0).default(0),
          }),
        )
        .min(1)
        .max(100),
      {
        title: { en: 'Outputs', zh: '输出列' },
        help: {
          en: 'Name it gets, the model’s output, which of its values (from 0), unit.',
          zh: 'name 新列名，output 模型输出名，index 第几个值（从 0 起），unit 单位。',
        },
      },
    ),
    opset: field(z.number().int().min(7).max(21).default(21), {
      title: { en: 'Newest operator set', zh: '算子集上限' },
      help: { en: 'Models of a newer one are refused.', zh: '高于此版本的模型将被拒绝。' },
    }),
    most: field(z.number().int().min(1).max(10_000).default(1000), {
      title: { en: 'Rows that wait at most', zh: '最多等待行数' },
      help: { en: 'While one batch is computed; more are set aside.', zh: '一批计算期间的等待上限，超出的数据被搁置。' },
    }),
  }),
  carry: 'none',
  badQuality: 'skip',
  input: columnsFrom('columns', { model: text({ optional: true }) }),
  outputs: { out: columnsFrom('outputs'), problem: { reason: text(), rows: integer() } },
  state: { open: i32(), waiting: jsonState<Waiting>(noRows()), asked: jsonState<Asked>({ times: [] }) },
  each(row, s, p, ctx) {
    if (s.waiting.times.length >= p.most)
      throw new RangeError(`${p.most} rows wait for the model already: it is slower than its rows`);
    add(s.waiting, row, p);
    if (s.open === 1) return;
    s.open = 1;
    ctx.effect('compute.onnx', askFor(s.waiting, s.asked, p));
  },
  onResult(answer, s, p, ctx) {
    if (answer.ok) for (const result of resultsOf(answer.value, s.asked, p)) ctx.emit({ out: result });
    else ctx.emit({ problem: { time: s.asked.times[0] ?? ctx.now, reason: answer.reason ?? '', rows: s.asked.times.length } });
    s.open = 0;
    if (s.waiting.times.length > 0) {
      s.open = 1;
      ctx.effect('compute.onnx', askFor(s.waiting, s.asked, p));
    }
  },
});
