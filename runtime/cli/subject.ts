import { readFile } from 'node:fs/promises';
import { and, eq } from 'drizzle-orm';
import type { Bindings } from '#drizzle/schema/app.ts';
import { app, appVersion, asset, installation, instance, organization, release, tag } from '#drizzle/schema/index.ts';
import { sha256 } from '#runtime/graph/hash.ts';
import { parseGraph } from '#runtime/graph/parse.ts';
import type { GraphText } from '#runtime/worker/replay-graph.ts';
import { problemLine, Refused } from './outcome.ts';
import { parametersOf, splitPair } from './parameters.ts';
import type { Product } from './product.ts';

type Parameters = Readonly<Record<string, number | boolean | string>>;

/** What a command tries on recorded or live data, and on whose. */
export interface Subject extends GraphText {
  readonly orgId: string;
  /** For a person: `graph.json on C-101 (Compressor guard 1.0.0)`. */
  readonly title: string;
  readonly key: string;
  /** Whose time zone and shifts schedules go by. */
  readonly assetId?: string;
  readonly bindings: Bindings;
  readonly parameters: Parameters;
  /** The instance whose plant it is, with the version that runs there. Absent for a draft that was never deployed. */
  readonly live?: GraphText & { readonly instanceId: string; readonly version: string; readonly parameters: Parameters };
}
export interface SubjectOptions {
  readonly instance?: string;
  readonly org?: string;
  /** `role=tag` */
  readonly bind: readonly string[];
  /** `key=value` */
  readonly param: readonly string[];
}

/**
 * `what` is a graph file (`*.json`), the slug, id or name of an app (its draft), or of an installation (its running version). `--instance` says on whose
 * plant, by its id or its asset's code; it may be left out where there is only one, and for a graph file with `--bind` for every role.
 */
export async function findSubject(product: Product, what: string, options: SubjectOptions): Promise<Subject> {
  const all = await readInstances(product, options.org);
  const file = what.endsWith('.json') ? await readGraph(what) : undefined;
  const draft = file ? undefined : await findDraft(product, what, options.org);
  const mine = file ? all : all.filter((one) => (draft ? one.appId === draft.id : one.names.includes(what)));
  if (!file && !draft && mine.length === 0)
    throw new Refused([`${what}: there is no such file, app or installation${await known(product)}`]);
  // A graph file whose roles are mapped by hand needs no instance.
  const byHand = file !== undefined && options.instance === undefined && options.bind.length > 0;
  const live = byHand ? undefined : pickInstance(mine, options.instance, what, draft !== undefined);
  const drafted = draft && !options.instance ? await plantOfDraft(product, draft) : undefined;
  const plant = live ?? drafted ?? (byHand ? await plantOfTags(product, options) : undefined);
  if (!plant)
    throw new Refused([
      `${what}: it has no instance and its draft is bound to no machine; bind it in the studio, or name one with --instance`,
    ]);
  const text = file ?? (draft ? JSON.stringify(draft.graph, null, 2) : live?.graph);
  if (text === undefined) throw new Refused([`${what}: there is no graph`]);
  const parsed = parseGraph(text);
  if (!parsed.ok) throw new Refused(parsed.problems.map((p) => problemLine(what, p)));
  const bindings: Bindings = { ...plant.bindings, ...(await boundByHand(product, plant.orgId, options.bind)) };
  const missing = parsed.document.roles.filter((role) => !role.optional && !bindings[role.name]).map((role) => role.name);
  if (missing.length > 0)
    throw new Refused([
      `${what}: ${plant.title} maps no tag to ${missing.join(', ')}; say which with --bind ${missing[0]}=<tag>`,
    ]);
  return {
    graph: text,
    graphHash: await sha256(text),
    orgId: plant.orgId,
    title: `${what} on ${plant.title}`,
    key: plant.key,
    ...(plant.assetId ? { assetId: plant.assetId } : {}),
    bindings,
    parameters: { ...live?.parameters, ...parametersOf(parsed.document.parameters, options.param) },
    ...(live
      ? {
          live: {
            instanceId: live.id,
            graph: live.graph,
            graphHash: live.graphHash,
            version: live.version,
            parameters: live.parameters,
          },
        }
      : {}),
  };
}

type Instance = Awaited<ReturnType<typeof readInstances>>[number];

async function readInstances({ db }: Product, org: string | undefined) {
  const rows = await db
    .select({
      id: instance.id,
      orgId: instance.orgId,
      orgSlug: organization.slug,
      key: instance.key,
      assetId: instance.assetId,
      bindings: instance.bindings,
      appId: installation.appId,
      installationId: installation.id,
      name: installation.name,
      releaseSlug: release.slug,
      parameters: installation.parameters,
      graph: appVersion.graph,
      graphHash: appVersion.graphHash,
      version: appVersion.version,
    })
    .from(instance)
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .innerJoin(appVersion, eq(appVersion.id, instance.versionId))
    .leftJoin(organization, eq(organization.id, instance.orgId))
    .leftJoin(release, eq(release.id, installation.releaseId));
  return rows
    .filter((row) => !org || org === row.orgId || org === row.orgSlug)
    .map((row) => ({
      ...row,
      names: [row.installationId, row.name.en, row.name.zh, ...(row.releaseSlug ? [row.releaseSlug] : [])],
      title: `${row.key} (${row.name.en} ${row.version}${row.orgSlug ? `, ${row.orgSlug}` : ''})`,
    }));
}

function pickInstance(
  all: readonly Instance[],
  wanted: string | undefined,
  what: string,
  mayBeNone: boolean,
): Instance | undefined {
  const list = (some: readonly Instance[]) => some.map((one) => `  ${one.id}  ${one.title}`);
  const found = wanted === undefined ? all : all.filter((one) => one.id === wanted || one.key === wanted);
  if (found.length === 1) return found[0];
  if (found.length > 1)
    throw new Refused([
      `${what}: say on which instance with --instance <id or code>${wanted ? `; ${wanted} are several` : ''}:`,
      ...list(found),
    ]);
  if (wanted !== undefined)
    throw new Refused([`--instance ${wanted}: there is no such instance of ${what}; there are:`, ...list(all)]);
  if (mayBeNone) return undefined;
  throw new Refused([
    `${what}: no app is installed yet; deploy one in the studio, or map every role of a graph file with --bind <role>=<tag>`,
  ]);
}

async function readGraph(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new Refused([`${file}: there is no such file`]);
  });
}

async function findDraft({ db }: Product, what: string, org: string | undefined) {
  const rows = await db
    .select({ app, orgSlug: organization.slug })
    .from(app)
    .leftJoin(organization, eq(organization.id, app.orgId));
  const found = rows.filter(
    ({ app: one, orgSlug }) =>
      [one.id, one.slug, one.name.en, one.name.zh].includes(what) && (!org || org === one.orgId || org === orgSlug),
  );
  if (found.length > 1)
    throw new Refused([
      `${what}: there are several such apps; say whose with --org: ${found.map((row) => row.orgSlug ?? row.app.orgId).join(', ')}`,
    ]);
  return found[0]?.app;
}

async function plantOfDraft({ db }: Product, draft: typeof app.$inferSelect) {
  if (!draft.binding) return undefined;
  const [place] = await db
    .select()
    .from(asset)
    .where(and(eq(asset.id, draft.binding.assetId), eq(asset.orgId, draft.orgId)));
  const { orgId, binding } = draft;
  return place && { orgId, key: place.code, assetId: place.id, bindings: binding.roles, title: `${place.code} (draft)` };
}

/** The machine of the first tag that is mapped by hand. */
async function plantOfTags({ db }: Product, { bind: [pair = ''], org }: SubjectOptions) {
  const [, name] = splitPair(pair, '--bind');
  const rows = await db
    .select({ orgId: tag.orgId, orgSlug: organization.slug, key: asset.code, assetId: asset.id })
    .from(tag)
    .innerJoin(asset, eq(asset.id, tag.assetId))
    .leftJoin(organization, eq(organization.id, tag.orgId))
    .where(eq(tag.name, name));
  const found = rows.filter((row) => !org || org === row.orgId || org === row.orgSlug);
  const [one] = found;
  if (!one) throw new Refused([`--bind ${pair}: there is no tag "${name}"`]);
  if (found.length > 1)
    throw new Refused([
      `--bind ${pair}: several organizations have such a tag; say which with --org: ${found.map((row) => row.orgSlug ?? row.orgId).join(', ')}`,
    ]);
  const { orgId, key, assetId } = one;
  return { orgId, key, assetId, bindings: {} as Bindings, title: `${key} (mapped by hand)` };
}

async function boundByHand({ db }: Product, orgId: string, pairs: readonly string[]): Promise<Bindings> {
  const bindings: Record<string, { tagId: number }> = {};
  for (const pair of pairs) {
    const [role, name] = splitPair(pair, '--bind');
    const [row] = await db
      .select({ id: tag.id })
      .from(tag)
      .where(and(eq(tag.orgId, orgId), eq(tag.name, name)));
    if (!row) throw new Refused([`--bind ${pair}: there is no tag "${name}" in this organization`]);
    bindings[role] = { tagId: row.id };
  }
  return bindings;
}

async function known({ db }: Product): Promise<string> {
  const slugs = (await db.select({ slug: app.slug }).from(app)).map((row) => row.slug).sort();
  return slugs.length > 0 ? ` (apps: ${[...new Set(slugs)].slice(0, 20).join(', ')})` : '';
}
