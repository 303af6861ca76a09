import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import { ConnectorError, type FollowedValue, messageOf, type TagValueType } from '#blocks/sdk/connector.ts';
import type { Db } from '#drizzle/client.ts';
import { instance, latest, series, tag } from '#drizzle/schema/index.ts';
import { quality } from '#runtime/batch/quality.ts';

/** `latest` is at most 250 ms behind; asked this often, a change is shown within half a second. */
const ASK_MS = 250;
/** What has no such name yet is looked for again this often: an app's first output makes its series. */
const LOOK_MS = 5_000;
const MISSING = quality('bad', 'missing');

interface Named {
  readonly id: number;
  readonly name: string;
  readonly type: TagValueType;
  readonly unit: string | null;
}

interface Place {
  readonly name: string;
  readonly key: string;
  readonly output: string;
  readonly column: string;
}
/** `@C-101/forecast.value`: asset, output, column. */
function computed(name: string): Place | undefined {
  const [, key, output, column] = /^@(.+)\/([^/.]+)\.([^/.]+)$/.exec(name) ?? [];
  return key && output && column ? { name, key, output, column } : undefined;
}

/** What the names of an organization stand for; several for a name that is not clear. */
async function findNames(db: Db, orgId: string, names: readonly string[]): Promise<Named[]> {
  const plain = names.filter((name) => !name.startsWith('@'));
  const places = names.flatMap((name) => computed(name) ?? []);
  const tags =
    plain.length === 0
      ? []
      : await db
          .select({ id: tag.id, name: tag.name, type: tag.type, unit: tag.unit })
          .from(tag)
          .where(and(eq(tag.orgId, orgId), inArray(tag.name, plain)));
  const rows =
    places.length === 0
      ? []
      : await db
          .select({
            id: series.id,
            key: instance.key,
            output: series.output,
            column: series.column,
            type: series.type,
            unit: series.unit,
          })
          .from(series)
          .innerJoin(instance, eq(instance.id, series.instanceId))
          .where(
            and(
              eq(series.orgId, orgId),
              inArray(instance.key, [...new Set(places.map((place) => place.key))]),
              inArray(series.output, [...new Set(places.map((place) => place.output))]),
              eq(series.key, instance.key),
            ),
          );
  const found = rows.flatMap((row) =>
    places
      .filter(({ key, output, column }) => key === row.key && output === row.output && column === row.column)
      .map(({ name }): Named => ({ id: row.id, name, unit: row.unit, type: valueType(row.type) })),
  );
  return [...tags, ...found];
}

const valueType = (type: string): TagValueType =>
  type === 'boolean' || type === 'text' || type === 'integer' ? type : type === 'wave' || type === 'frame' ? 'wave' : 'number';

const nameless = (name: string, several: boolean): FollowedValue => ({
  name,
  type: 'number',
  quality: MISSING,
  time: Date.now(),
  error: several
    ? new ConnectorError('address', 'published.ambiguous', {
        en: `“${name}” is computed by several apps of this asset. Give their outputs different names.`,
        zh: `该设备有多个应用输出“${name}”，请为输出取不同的名称。`,
      })
    : new ConnectorError('address', 'published.unknown', {
        en: `There is no tag or output “${name}” yet. Write a tag's name, or @asset code/output.column.`,
        zh: `尚无变量或输出“${name}”。请填写变量名，或 @设备编号/输出.列。`,
      }),
});

/** Gives the newest values of an organization's tags and outputs, until it is told to end. */
export async function follow(
  {
    db,
    orgId,
    log,
    lookMs = LOOK_MS,
  }: { readonly db: Db; readonly orgId: string; readonly log: Pick<Logger, 'debug'>; readonly lookMs?: number },
  names: readonly string[],
  give: (values: readonly FollowedValue[]) => void,
): Promise<() => void> {
  let known = new Map<number, Named>();
  /** Time, value and quality that were given last, by id. */
  const given = new Map<number, { readonly time: number; readonly value: number | null; readonly quality: number }>();
  const told = new Map<string, string>();
  let ended = false;

  const look = async () => {
    const found = Map.groupBy(await findNames(db, orgId, names), ({ name }) => name);
    known = new Map([...found.values()].flatMap(([one, ...more]) => (one && more.length === 0 ? [[one.id, one]] : [])));
    const missing = names.flatMap((name): FollowedValue[] => {
      const count = found.get(name)?.length ?? 0;
      const state = count === 1 ? 'known' : count === 0 ? 'unknown' : 'several';
      if (told.get(name) === state) return [];
      told.set(name, state);
      return count === 1 ? [] : [nameless(name, count > 1)];
    });
    if (missing.length > 0) give(missing);
  };

  const ask = async () => {
    const ids = [...known.keys()];
    if (ids.length === 0) return;
    const before = ids.map((id) => given.get(id));
    const rows = await db
      .select({ id: latest.tagId, time: latest.time, value: latest.value, other: latest.other, quality: latest.quality })
      .from(latest)
      .innerJoin(
        sql`unnest(${sql.param(ids)}::int4[], ${sql.param(before.map((one) => one?.time ?? -1))}::float8[],
          ${sql.param(before.map((one) => one?.value ?? null))}::float8[], ${sql.param(before.map((one) => one?.quality ?? -1))}::int4[]) as k(id, t, v, q)`,
        sql`k.id = ${latest.tagId}`,
      )
      .where(
        and(
          eq(latest.orgId, orgId),
          sql`(${latest.time} <> k.t or ${latest.value} is distinct from k.v or ${latest.quality} <> k.q)`,
        ),
      );
    if (ended || rows.length === 0) return;
    for (const { id, time, value, quality } of rows) given.set(id, { time, value, quality });
    give(
      rows.flatMap(({ id, time, value, other, quality }) => {
        const named = known.get(id);
        return named ? [followed(named, { time, value, other, quality })] : [];
      }),
    );
  };

  await look();
  await ask();
  // a name without a value yet is there all the same
  give(
    [...known.values()]
      .filter(({ id }) => !given.has(id))
      .map((named) => followed(named, { time: Date.now(), value: null, other: null, quality: MISSING })),
  );
  let looked = Date.now();
  let asking = false;
  const timer = setInterval(async () => {
    if (asking) return;
    asking = true;
    try {
      if (Date.now() - looked > lookMs) {
        looked = Date.now();
        await look();
      }
      await ask();
    } catch (error) {
      log.debug({ error: messageOf(error) }, 'published values not read'); // the database is away: what is shown keeps its own time
    } finally {
      asking = false;
    }
  }, ASK_MS);
  return () => {
    ended = true;
    clearInterval(timer);
  };
}

function followed(
  named: Named,
  row: { readonly time: number; readonly value: number | null; readonly other: string | null; readonly quality: number },
): FollowedValue {
  const { name, type, unit } = named;
  const value =
    type === 'text' ? textOf(row.other) : row.value === null ? undefined : type === 'boolean' ? row.value !== 0 : row.value;
  return {
    name,
    type,
    quality: value === undefined ? Math.max(row.quality, MISSING) : row.quality,
    time: row.time,
    ...(value === undefined ? {} : { value }),
    ...(unit ? { unit } : {}),
  };
}

/** `{"text": …}` of `latest.other`. */
function textOf(other: string | null): string | undefined {
  const found: unknown = other === null ? undefined : JSON.parse(other);
  return typeof found === 'object' && found !== null && 'text' in found && typeof found.text === 'string'
    ? found.text
    : undefined;
}
