import { solveJobshop } from './jobshop/solve.ts';
import { knowsModel, openModel, runOnnx } from './onnx/run.ts';
import {
  COMPUTE_REQUESTS,
  type ComputeAnswer,
  type ComputeKind,
  ComputeRefusal,
  jobshopRequest,
  modelOf,
  onnxRequest,
} from './requests.ts';

/**
 * Computes in this process. The product does it in processes of a pool (`child.ts`); cases of blocks and tests right here: it is the same code.
 * `model` gives the bytes of a model that this process does not have yet.
 */
export async function computeHere(
  kind: ComputeKind,
  request: unknown,
  model: (hash: string) => Promise<Uint8Array | undefined>,
): Promise<ComputeAnswer> {
  const parsed = COMPUTE_REQUESTS[kind].safeParse(request);
  if (!parsed.success) {
    const where = parsed.error.issues[0];
    const said = `${where?.path.join('.')}: ${where?.message}`;
    return { ok: false, code: 'compute-input', params: { cause: said } };
  }
  try {
    const hash = modelOf(parsed.data);
    if (hash !== undefined && !knowsModel(hash)) {
      const bytes = await model(hash);
      if (!bytes) return { ok: false, code: 'model-missing', params: { model: hash } };
      await openModel(hash, bytes);
    }
    switch (kind) {
      case 'compute.onnx':
        return { ok: true, value: await runOnnx(onnxRequest.parse(request)) };
      case 'compute.jobshop':
        return { ok: true, value: await solveJobshop(jobshopRequest.parse(request)) };
    }
  } catch (error) {
    if (error instanceof ComputeRefusal) return { ok: false, code: error.code, params: { cause: error.said } };
    throw error;
  }
}
