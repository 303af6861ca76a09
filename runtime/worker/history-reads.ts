/** What `history.read` means on a plant: for the app that runs, and for runs that perform nothing. */
import { and, eq } from 'drizzle-orm';
import { tagFor } from '#drizzle/bindings.ts';
import { appVersion, instance } from '#drizzle/schema/index.ts';
import type { HistoryAnswer, HistoryRequest } from '#runtime/effects/history-request.ts';
import { historyRequest } from '#runtime/effects/history-request.ts';
import type { HistoryRead } from '#runtime/effects/read-history.ts';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import type { HistoryReader } from '#runtime/historian/query.ts';
import { readStretch } from '#runtime/historian/read-stretch.ts';
import type { Answering } from '#runtime/replay/model-answers.ts';
import type { ReplayTools, ReplayWish } from './replay-graph.ts';

/** The versions that asked last. */
const VERSIONS = 200;

/** Reads for running instances: the tag that the role is bound to now, in the unit of the role of the version that runs. */
export function historyReads(tools: Omit<HistoryReader, 'orgId'>): HistoryRead {
  const versions = new Map<string, Version>();
  return async ({ orgId, instanceId, key, request }) => {
    const [row] = await tools.tx
      .select({ bindings: instance.bindings, versionId: instance.versionId, own: instance.key })
      .from(instance)
      .where(and(eq(instance.id, instanceId), eq(instance.orgId, orgId)));
    if (!row) return missing(request);
    let version = versions.get(row.versionId);
    if (!version) {
      const [found] = await tools.tx.select({ graph: appVersion.graph }).from(appVersion).where(eq(appVersion.id, row.versionId));
      version = versionOf(graphDocument.parse(JSON.parse(found?.graph ?? '')));
      if (versions.size >= VERSIONS) versions.clear();
      versions.set(row.versionId, version);
    }
    return readFor(
      { ...tools, orgId },
      { key, own: row.own, request, instanceId, bindings: row.bindings, version },
      request.asOf,
    );
  };
}

/** Reads for a run over recorded data: as corrected, or as it was known when the row came. Outputs are those of the instance whose past it is. */
export function historyAnswers(
  tools: Pick<ReplayTools, 'db' | 'reader' | 'dataFolder'>,
  orgId: string,
  wish: Pick<ReplayWish, 'bindings' | 'beside' | 'input' | 'key'>,
  document: GraphDocument,
  model: Answering,
): Answering {
  const reader: HistoryReader = { tx: tools.db, orgId, readLog: tools.reader.readAfter, dataFolder: tools.dataFolder };
  const version = versionOf(document);
  return async (effect) => {
    if (effect.kind !== 'history.read') return model(effect);
    const { data: request } = historyRequest.safeParse(effect.request);
    if (!request) return { ok: false, reason: 'invalid-request' };
    const asked = { key: effect.key, own: wish.key, request, instanceId: wish.beside, bindings: wish.bindings, version };
    const answer = await readFor(reader, asked, wish.input === 'arrived' ? request.asOf : undefined);
    return answer.ok ? answer : { ok: false, reason: answer.code };
  };
}

interface Asked {
  readonly key: string;
  /** Key of the instance's own asset. */
  readonly own: string;
  readonly request: HistoryRequest;
  readonly instanceId: string | undefined;
  readonly bindings: ReplayWish['bindings'];
  readonly version: Version;
}
interface Version {
  readonly units: ReadonlyMap<string, string | undefined>;
  readonly outputs: ReadonlySet<string>;
}

async function readFor(reader: HistoryReader, asked: Asked, knownAt: number | undefined): Promise<HistoryAnswer> {
  const { request, bindings, version, instanceId, key } = asked;
  if (request.role !== undefined) {
    const tagId = tagFor(bindings, request.role, key, asked.own);
    if (tagId === undefined) return { ok: false, code: 'role-unbound', params: { role: request.role } };
    return readStretch(reader, { tagId, unit: version.units.get(request.role) }, request, knownAt);
  }
  const [output = '', column = ''] = request.output?.split('.') ?? [];
  if (instanceId === undefined) return missing(request);
  const found = await readStretch(reader, { instanceId, output, column, key, unit: request.unit }, request, knownAt);
  // an app that has just begun has nothing behind it, which is no fault
  const begins = !found.ok && found.code === 'history-missing' && version.outputs.has(output);
  return begins ? { ok: true, value: { time: [], value: [], left: 0, uncertain: false } } : found;
}

const missing = ({ role, output }: HistoryRequest): HistoryAnswer => ({
  ok: false,
  code: 'history-missing',
  params: { name: role ?? output ?? '' },
});
const versionOf = ({ roles, outputs }: GraphDocument): Version => ({
  units: new Map(roles.map((role) => [role.name, role.unit])),
  outputs: new Set(outputs.map((output) => output.name)),
});
