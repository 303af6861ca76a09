import { mkdir } from 'node:fs/promises';
import { openComputePool } from '#runtime/compute/pool.ts';
import { openRunFiles, type TableFormat } from '#runtime/files/write.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { differenceOf, type ReplayDifference } from '#runtime/replay/difference.ts';
import type { Confirmations } from '#runtime/replay/model-answers.ts';
import type { ReplayReport } from '#runtime/replay/report.ts';
import { storedModels } from '#runtime/worker/models.ts';
import { type ReplayTools, type ReplayWish, replayGraph, type Watching } from '#runtime/worker/replay-graph.ts';
import { windowOf } from './moment.ts';
import { endWith, type Product } from './product.ts';
import { findSubject, type SubjectOptions } from './subject.ts';

export interface BacktestOptions extends SubjectOptions {
  readonly from: string;
  readonly to: string;
  readonly input: 'arrived' | 'corrected';
  readonly confirm: Confirmations;
  /** Against the running version, where there is one. */
  readonly compare: boolean;
  readonly out?: string;
  readonly format?: TableFormat;
}
export interface BacktestReport extends ReplayReport {
  readonly title: string;
  /** Against the version that runs on this instance. */
  readonly difference?: ReplayDifference;
}

/** `mw backtest`: a graph over recorded plant data, every effect captured, compared with the running version over the same window. */
export async function backtest(
  product: Product,
  what: string,
  options: BacktestOptions,
  watching: Watching = {},
): Promise<BacktestReport> {
  const window = windowOf(options.from, options.to);
  const subject = await findSubject(product, what, options);
  const { live } = subject;
  const compare = options.compare && live !== undefined;
  const share = compare ? 0.5 : 1;
  const wish: ReplayWish = {
    ...subject,
    window,
    input: options.input,
    confirmations: options.confirm,
    wires: false,
    ...(live ? { beside: live.instanceId } : {}),
  };
  return withReplayTools(product, async (tools) => {
    if (options.out !== undefined) await mkdir(options.out, { recursive: true });
    let files: ReturnType<typeof openRunFiles> | undefined;
    const report = await replayGraph(tools, subject.orgId, wish, {
      ...watching,
      onProgress: (done) => watching.onProgress?.(done * share),
      onResult(result, info) {
        if (options.out === undefined) return;
        files ??= openRunFiles(options.out, info, options.format);
        files.take(result);
      },
    });
    await files?.close();
    const whole = { ...report, title: subject.title };
    if (!compare) return whole;
    const before = await replayGraph(
      tools,
      subject.orgId,
      { ...wish, ...live },
      { ...watching, onProgress: (done) => watching.onProgress?.(share + done * share) },
    );
    const against = { version: live.version, graphHash: live.graphHash };
    return { ...whole, difference: { ...differenceOf(before, report), against } };
  });
}

/** What a replay needs of the product. */
export async function withReplayTools<T>(product: Product, fn: (tools: ReplayTools) => Promise<T>): Promise<T> {
  const reader = await openLogReader(product.url, { name: 'mw' });
  const blobs = openBlobStore(product.dataFolder);
  const computer = openComputePool({
    models: storedModels(product.db, blobs),
    warn: (what, error) => console.error(`${what}: ${error}`),
  });
  try {
    return await fn({
      db: product.db,
      reader,
      blobs,
      computer,
      dataFolder: product.dataFolder,
      onFatal: endWith,
    });
  } finally {
    await computer.close();
    await reader.close();
  }
}
