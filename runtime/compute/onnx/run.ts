import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-web/wasm';
import { ComputeRefusal, type OnnxAnswer, type OnnxRequest } from '../requests.ts';
import { opsetsOf } from './facts.ts';

/** Sessions kept in this process; a model takes its size and more. */
const MOST_SESSIONS = 8;
const OPERATOR_DOMAINS = new Set(['', 'ai.onnx.ml']);
type Session = ort.InferenceSession;

let prepared = false;
/** WebAssembly on one thread: the same bits on every processor, unlike native kernels. */
function prepare(): void {
  if (prepared) return;
  prepared = true;
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const file = fileURLToPath(import.meta.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
  const wasm = readFileSync(file);
  ort.env.wasm.wasmBinary = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) as ArrayBuffer;
}

const sessions = new Map<string, { readonly session: Session; readonly opsets: Readonly<Record<string, number>> }>();
export const knowsModel = (hash: string): boolean => sessions.has(hash);

/** @throws ComputeRefusal for bytes that are no model */
export async function openModel(hash: string, bytes: Uint8Array): Promise<void> {
  prepare();
  let opsets: Readonly<Record<string, number>>;
  let session: Session;
  try {
    opsets = opsetsOf(bytes);
    session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
  } catch (error) {
    const said = (error as Error).message;
    throw new ComputeRefusal('model-unreadable', {
      en: `The file is no ONNX model that can be run: ${said}`,
      zh: `文件不是可运行的 ONNX 模型：${said}`,
    });
  }
  const [oldest] = sessions.keys();
  if (oldest !== undefined && sessions.size >= MOST_SESSIONS) {
    await sessions.get(oldest)?.session.release();
    sessions.delete(oldest);
  }
  sessions.set(hash, { session, opsets });
}

/** Runs an opened model. @throws ComputeRefusal when model and request do not fit, with what would */
export async function runOnnx(request: OnnxRequest): Promise<OnnxAnswer> {
  const found = sessions.get(request.model);
  if (!found) throw new Error(`model ${request.model} was not opened`);
  const { session, opsets } = found;
  checkOpsets(opsets, request.opset);
  const feeds = Object.fromEntries(session.inputMetadata.map((input) => [input.name, tensorFor(input, request)]));
  const unknown = Object.keys(request.inputs).find((name) => !session.inputNames.includes(name));
  if (unknown !== undefined) {
    const there = session.inputNames.join(', ');
    throw new ComputeRefusal('model-inputs', {
      en: `The model has no input '${unknown}'; it has ${there}.`,
      zh: `模型没有输入“${unknown}”，现有输入：${there}。`,
    });
  }
  const wanted = request.outputs ?? session.outputNames;
  const missing = wanted.find((name) => !session.outputNames.includes(name));
  if (missing !== undefined) {
    const there = session.outputNames.join(', ');
    throw new ComputeRefusal('model-inputs', {
      en: `The model has no output '${missing}'; it has ${there}.`,
      zh: `模型没有输出“${missing}”，现有输出：${there}。`,
    });
  }
  const results = await session.run(feeds, wanted);
  return {
    outputs: Object.fromEntries(
      wanted.map((name) => {
        const data = Array.from(results[name]?.data as ArrayLike<number | bigint | string>, plain);
        return [name, { width: data.length / request.rows, values: data }];
      }),
    ),
  };
}

const plain = (value: number | bigint | string): number | string => (typeof value === 'bigint' ? Number(value) : value);

function checkOpsets(opsets: Readonly<Record<string, number>>, most: number): void {
  const foreign = Object.keys(opsets).find((domain) => !OPERATOR_DOMAINS.has(domain));
  if (foreign !== undefined)
    throw new ComputeRefusal('model-opset', {
      en: `The model uses operators of '${foreign}'; those of ONNX and ai.onnx.ml are run.`,
      zh: `模型使用了“${foreign}”的算子；只支持 ONNX 与 ai.onnx.ml 的算子。`,
    });
  const version = opsets[''] ?? 0;
  if (version > most)
    throw new ComputeRefusal('model-opset', {
      en: `The model needs operator set ${version}; at most ${most} is allowed. Export it for opset ${most} or older.`,
      zh: `模型需要算子集 ${version}，最高允许 ${most}。请按 ${most} 或更低的算子集重新导出。`,
    });
}

const MAKE: Readonly<Record<string, (values: readonly number[]) => ort.Tensor['data']>> = {
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
  int32: (values) => Int32Array.from(values),
  int64: (values) => BigInt64Array.from(values, (value) => BigInt(Math.round(value))),
  bool: (values) => Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)),
};

/** The values of one input as the tensor that the model asks for: its first dimension counts the rows, the others are fixed or taken from the width. */
function tensorFor(input: ort.InferenceSession.ValueMetadata, { inputs, rows }: OnnxRequest): ort.Tensor {
  const { name } = input;
  const refuse = (en: string, zh: string) => new ComputeRefusal('model-inputs', { en, zh });
  const values = inputs[name];
  if (!values) throw refuse(`The model needs input '${name}', which is not mapped.`, `模型需要输入“${name}”，但未映射。`);
  if (!input.isTensor) throw refuse(`Input '${name}' is no tensor.`, `输入“${name}”不是张量。`);
  const make = MAKE[input.type];
  if (!make)
    throw refuse(
      `Input '${name}' is of type ${input.type}; numbers can be given to ${Object.keys(MAKE).join(', ')}.`,
      `输入“${name}”的类型为 ${input.type}；可提供数值的类型为 ${Object.keys(MAKE).join('、')}。`,
    );
  const width = values.length / rows;
  const [first, ...rest] = input.shape;
  if (typeof first === 'number' && first !== rows)
    throw refuse(
      `Input '${name}' takes ${first} row${first === 1 ? '' : 's'} at a time, ${rows} were given.`,
      `输入“${name}”每次接收 ${first} 行，给出了 ${rows} 行。`,
    );
  const fixed = rest.reduce<number>((product, size) => product * (typeof size === 'number' ? size : 1), 1);
  const open = rest.filter((size) => typeof size !== 'number').length;
  if (!Number.isInteger(width) || open > 1 || (open === 0 ? width !== fixed : width % fixed !== 0))
    throw refuse(
      `Input '${name}' takes ${rest.join(' × ') || 1} values a row, ${width} were given.`,
      `输入“${name}”每行需要 ${rest.join(' × ') || 1} 个数值，给出了 ${width} 个。`,
    );
  return new ort.Tensor(input.type as 'float32', make(values) as Float32Array, [
    rows,
    ...rest.map((size) => (typeof size === 'number' ? size : width / fixed)),
  ]);
}
