import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { proofHost } from '#marketplace/review/prove-app.ts';
import { readFolder } from '#marketplace/review/read-folder.ts';
import type { EvaluatedStep } from '#runtime/compile/evaluate.ts';
import type { InputTable } from '#runtime/files/table.ts';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import type { HistoryReader } from '#runtime/historian/query.ts';
import type { Answering } from '#runtime/replay/model-answers.ts';
import { PIN_LIMITS, type PinSource } from '#runtime/replay/pin.ts';
import { proofDocument } from '#runtime/replay/proof.ts';
import { tablesLine } from '#runtime/replay/run-tables.ts';
import { tableHistory } from '#runtime/replay/table-history.ts';
import { inputsOf } from '#runtime/replay/tables.ts';
import type { Timeline } from '#runtime/replay/timeline.ts';
import { placeOf } from '#runtime/schedule/sweep.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';
import { eventRows } from '../event-rows.ts';
import { historyStretches } from '../history-stretches.ts';
import { answeringOf, bindingsOf, compileWish, type ReplayTools, type ReplayWish } from '../replay-graph.ts';
import { RunFailed } from '../run-failed.ts';
import { openWaveStore } from '../wave-store.ts';
import { readTables } from './read-file.ts';

/** What a question is about. */
export interface PinWish {
  readonly orgId: string;
  readonly source: Exclude<PinSource, { kind: 'past' }>;
  readonly graph: string;
  readonly parameters: ReplayWish['parameters'];
}

/** The rows of a source in memory, cut into steps: the same for every question until the graph's own sources change. */
export interface PinnedRows {
  /** Tells when they must be read anew. */
  readonly signature: string;
  readonly info: ProgramInfo;
  readonly window: { readonly from: number; readonly to: number };
  readonly rows: number;
  readonly lines: readonly Timeline[];
  readonly steps: readonly EvaluatedStep[];
  readonly answering: Answering;
  readonly badCells?: number;
}

/** Rows of a step: few enough that a hundred wires stay within what a step may give. */
const STEP_ROWS = 4_000;
const APPS = fileURLToPath(new URL('../../../marketplace/apps/', import.meta.url));

/** What rows depend on of a graph: its blocks without wires into them, its roles, and what those may refer to. */
export function signatureOf(document: GraphDocument, { source, parameters }: Pick<PinWish, 'source' | 'parameters'>): string {
  const fed = new Set(document.wires.map((wire) => wire.to.node));
  const first = document.nodes
    .filter((node) => !fed.has(node.id))
    .map(({ id, block, version, params, bind, as }) => [id, block, version, params, bind, as]);
  const about = [source, parameters, first, document.roles, document.parameters, document.subgraphs];
  return createHash('sha256').update(JSON.stringify(about)).digest('hex');
}

export const wishOf = (wish: PinWish, window: ReplayWish['window']): ReplayWish => ({
  graph: wish.graph,
  graphHash: 'pinned',
  key: wish.source.kind === 'sample' ? 'demo' : wish.source.key,
  bindings: wish.source.kind === 'history' ? wish.source.bindings : {},
  parameters: wish.parameters,
  window,
  input: 'corrected',
  confirmations: 'confirm',
  wires: true,
  ...(wish.source.kind === 'history' ? { assetId: wish.source.assetId } : {}),
});

/** @throws {RunFailed} for a graph that does not compile, units that do not fit, a file that is none, too many rows. */
export async function readRows(tools: ReplayTools, wish: PinWish, signal: AbortSignal): Promise<PinnedRows> {
  const document = graphDocument.parse(JSON.parse(wish.graph));
  const signature = signatureOf(document, wish);
  const { info } = await compileWish(document, wishOf(wish, { from: 0, to: 0 }));
  const read = await (wish.source.kind === 'history'
    ? fromHistory(tools, wish, wish.source, info, document, signal)
    : fromTables(tools, wish, info, document, signal));
  const rows = read.lines.reduce((sum, line) => sum + line.n, 0);
  return { signature, info, rows, steps: stepsOf(read.lines, info, read.window.to), ...read };
}

type Read = Pick<PinnedRows, 'window' | 'lines' | 'answering' | 'badCells'>;

async function fromHistory(
  tools: ReplayTools,
  wish: PinWish,
  source: Extract<PinSource, { kind: 'history' }>,
  info: ProgramInfo,
  document: GraphDocument,
  signal: AbortSignal,
): Promise<Read> {
  const { orgId } = wish;
  const { window, key, assetId } = source;
  const replayed = wishOf(wish, window);
  const bindings = await bindingsOf(tools.db, orgId, replayed, info, document);
  const place = info.sources.some((s) => s.schedule) ? await placeOf(tools.db, orgId, assetId) : { zone: 'UTC' };
  const reader: HistoryReader = { tx: tools.db, orgId, readLog: tools.reader.readAfter, dataFolder: tools.dataFolder };
  const waves = openWaveStore(tools, orgId);
  const events = await eventRows(tools.db, orgId, window, info, key);
  const lines: Timeline[] = [];
  let rows = 0;
  for await (const line of historyStretches(reader, replayed, info, bindings, waves, place, events)) {
    signal.throwIfAborted();
    rows += line.n;
    if (rows > PIN_LIMITS.rows) throw tooManyRows(rows);
    lines.push(line);
  }
  return { window, lines, answering: await answeringOf(tools, orgId, replayed, info, document) };
}

async function fromTables(
  tools: ReplayTools,
  wish: PinWish,
  info: ProgramInfo,
  document: GraphDocument,
  signal: AbortSignal,
): Promise<Read> {
  const { source } = wish;
  const { tables, badCells } =
    source.kind === 'file'
      ? await fileOf(tools, wish.orgId, source, document, signal)
      : { tables: await sampleOf(source as Extract<PinSource, { kind: 'sample' }>, info), badCells: 0 };
  const { line, from, to } = tablesLine({ info, tables, key: wishOf(wish, { from: 0, to: 0 }).key });
  if (line.n > PIN_LIMITS.rows) throw tooManyRows(line.n);
  // The last record is in the window too.
  const window = { from, to: to + 1 };
  const model = await answeringOf(tools, wish.orgId, wishOf(wish, window), info, document);
  return { window, lines: [line], answering: tableHistory(info, tables, model), ...(badCells > 0 ? { badCells } : {}) };
}

async function fileOf(
  { db, blobs }: ReplayTools,
  orgId: string,
  file: Extract<PinSource, { kind: 'file' }>,
  document: GraphDocument,
  signal: AbortSignal,
) {
  const { bytes } = await blobs.get(db, orgId, file.hash);
  const wanted = document.roles.flatMap(({ name, type }) => (type === 'wave' ? [] : [{ name, type }]));
  return readTables(bytes, file, wanted, signal);
}

/** An input of the app's proof for every role of the same name. */
async function sampleOf({ slug, run: id }: Extract<PinSource, { kind: 'sample' }>, info: ProgramInfo) {
  const tables = new Map<string, InputTable>();
  // Names of folders come from a person's request.
  if (!/^[a-z0-9-]+$/.test(slug)) throw noSample(slug);
  const files = await readFolder(`${APPS}${slug}/proof`).catch(() => {
    throw noSample(slug);
  });
  const text = files.get('proof.json');
  const run = text && proofDocument.parse(JSON.parse(new TextDecoder().decode(text))).runs.find((one) => one.id === id);
  if (!run) throw noSample(`${slug}/${id}`);
  const host = proofHost(files, {
    createStepper: () => Promise.reject(new Error('a sample is only read')),
  });
  for (const [role, schema] of inputsOf(info)) {
    const name = run.inputs[role];
    if (name !== undefined) tables.set(role, await host.readTable(name, schema, run.key ?? 'demo'));
  }
  return tables;
}

const noSample = (name: string) =>
  new RunFailed({ code: 'pin.sample', message: `There is no sample ${name}.`, zh: `没有示例数据 ${name}。` });

const tooManyRows = (rows: number) =>
  new RunFailed({
    code: 'pin.rows',
    message: `The window has more than ${rows} records; at most ${PIN_LIMITS.rows} are held. Choose a shorter one.`,
    zh: `该时段的记录超过 ${rows} 条，最多可固定 ${PIN_LIMITS.rows} 条。请缩短时段。`,
  });

function stepsOf(lines: readonly Timeline[], info: ProgramInfo, end: number): EvaluatedStep[] {
  const steps: EvaluatedStep[] = [];
  for (const line of lines)
    for (let at = 0; at < line.n; at += STEP_ROWS) {
      const { sources, ...rest } = line.input(at, Math.min(line.n, at + STEP_ROWS));
      const named = sources.map(({ source, ...rows }) => ({ node: info.sources[source]?.node ?? '', ...rows }));
      steps.push({ ...rest, sources: named });
    }
  // A tick at the end: timers that are due by then have their turn.
  const last = lines.at(-1);
  const clock = Math.max(end, last?.clock[(last?.n ?? 1) - 1] ?? end);
  steps.push({ n: 1, clock: Float64Array.of(clock), words: [], sources: [], answers: [] });
  return steps;
}
