import { createHash } from 'node:crypto';
import { ConnectorError, messageOf, type Session } from '#blocks/sdk/connector.ts';
import { canonicalJson } from '#drizzle/audit.ts';
import type { ResolvedRecipe } from '#drizzle/schema/effect.ts';
import { classOf } from '#runtime/batch/quality.ts';
import { wordsOf } from '#runtime/effects/reason-words.ts';
import { type Part, reason } from '#runtime/effects/reasons.ts';
import type { EffectRequestOf } from '#runtime/effects/requests.ts';
import { fromRaw, type TagRow, toRaw } from '#runtime/samples/scale.ts';
import { outsideTag } from './act-checks.ts';
import { type Attempt, actNow, failed, late, type Outcome, refused } from './attempt.ts';
import type { SupervisedConnection } from './supervised.ts';
import { judge, writeAndReadBack } from './write-tag.ts';

type Row = TagRow & { readonly address: string };
interface Parameter {
  readonly row: Row;
  readonly wish: ResolvedRecipe['values'][number];
  readonly raw: number | boolean;
}
const LATE = { en: 'no time left', zh: '时间不足' };
const DIED = { en: 'the gateway stopped in the middle of it', zh: '网关在执行过程中停止' };
const wordsFor = (outcome: Outcome): Part => wordsOf(outcome.code ?? '') ?? outcome.code ?? '–';

/**
 * `recipe.download`, the parameters of a control recipe (ISA-88) as one act: all are checked before the first is written, all are read back after the last,
 * and when one does not hold, those that were written get back what the device had. Half of the time is kept for that. `keep` stores what the device had,
 * so that another gateway can put it back when this one dies.
 */
export async function downloadRecipe(
  attempt: Attempt,
  resolved: ResolvedRecipe,
  request: EffectRequestOf<'recipe.download'>,
  keep: (former: readonly number[]) => Promise<boolean>,
): Promise<Outcome> {
  const checked = late(attempt) ?? (await attempt.allowed()) ?? (await checkAll(attempt, resolved));
  if (!Array.isArray(checked)) return checked;
  const rows = checked.map((one) => one.row);
  return actNow(attempt, rows, async (session, begun) => {
    const former = await readAll(session, rows);
    const missing = former.indexOf(undefined);
    const unread = rows[missing];
    if (unread) return refused(reason('recipe-former', { tag: unread.name }));
    const had = former.map((value) => value ?? Number.NaN);
    // somebody else answered for it meanwhile
    if (!(await keep(had))) return refused(reason('expired'));
    const stopAt = Date.now() + (attempt.deadline - Date.now()) / 2;
    begun();
    const fault = await writeAll(attempt, session, checked, stopAt).catch((error: unknown) => ({
      at: checked.length - 1,
      cause: error instanceof ConnectorError ? error.text : messageOf(error),
    }));
    if (!fault) return { status: 'done', ok: true, value: told(request, checked, had) };
    const left = await putBack(attempt.supervised, attempt.deadline, checked.slice(0, fault.at + 1), had);
    const tag = checked[fault.at]?.row.name ?? '';
    if (left.length === 0) return failed(reason('recipe-undone', { tag, cause: fault.cause }));
    return failed(reason('recipe-in-part', { tag, cause: fault.cause, left: left.join(', ') }));
  });
}

/** What the gateway before this one began and did not answer: put back where the device still has the value of the recipe. */
export async function takeBackRecipe(
  around: Pick<Attempt, 'orgId' | 'supervised' | 'checks' | 'deadline'>,
  { values, former = [] }: ResolvedRecipe,
): Promise<Outcome> {
  const parameters: Parameter[] = [];
  const had: number[] = [];
  for (const [i, wish] of values.entries()) {
    const row = await around.checks.tagOf(around.orgId, wish.tagId);
    const raw = row && toRaw(wish.value, row);
    const before = former[i];
    if (!row || raw === undefined || before === undefined) return failed(reason('outcome-unknown', { cause: DIED }));
    parameters.push({ row, wish, raw });
    had.push(before);
  }
  const left = await putBack(around.supervised, around.deadline, parameters, had, 'ours-alone');
  const tag = parameters[0]?.row.name ?? '';
  if (left.length === 0) return failed(reason('recipe-undone', { tag, cause: DIED }));
  return failed(reason('recipe-in-part', { tag, cause: DIED, left: left.join(', ') }));
}

async function checkAll(attempt: Attempt, { values }: ResolvedRecipe): Promise<Parameter[] | Outcome> {
  const parameters: Parameter[] = [];
  for (const wish of values) {
    const row = await attempt.checks.tagOf(attempt.orgId, wish.tagId);
    if (!row) return refused(reason('tag-gone'));
    if (row.connectionId !== attempt.supervised.row.id)
      return refused(reason('recipe-scattered', { first: parameters[0]?.row.name ?? row.name, other: row.name }));
    const refusal = outsideTag(row, wish.value) ?? attempt.checks.tooOften(row.id);
    if (refusal) return refusal;
    const raw = toRaw(wish.value, row);
    if (raw === undefined) return refused(reason('not-a-number', { type: row.type }));
    parameters.push({ row, wish, raw });
  }
  return parameters;
}

/** Engineering values of now; undefined where there is none that may be trusted. */
async function readAll(session: Session, rows: readonly Row[]): Promise<(number | undefined)[]> {
  const results = await session.read(rows.map(({ address, type }) => ({ address, type })));
  return rows.map((row, i) => {
    const result = results[i];
    return !result || result.error || classOf(result.quality) === 'bad' ? undefined : fromRaw(result.value, row);
  });
}

/** The first parameter that did not take its value. */
async function writeAll(
  { checks, supervised }: Attempt,
  session: Session,
  parameters: readonly Parameter[],
  stopAt: number,
): Promise<{ at: number; cause: Part } | undefined> {
  for (const [at, { row, wish, raw }] of parameters.entries()) {
    // the first had its turn with the attempt
    if (at > 0 && !(await checks.turn(supervised.row.id, stopAt))) return { at: at - 1, cause: LATE };
    checks.count(row.id);
    const outcome = await writeAndReadBack(session, row, wish, raw);
    if (!outcome.ok) return { at, cause: wordsFor(outcome) };
    if (Date.now() > stopAt) return { at, cause: LATE };
  }
  // once more, all together: a device may correct one value by another
  const results = await session.read(parameters.map(({ row }) => ({ address: row.address, type: row.type })));
  const at = parameters.findIndex(({ row, wish, raw }, i) => !judge(row, wish, raw, { readBack: results[i]?.value }).ok);
  return at < 0 ? undefined : { at: parameters.length - 1, cause: { en: 'the set did not hold', zh: '参数组未保持' } };
}

/** Last written first. Gives the names of those that could not be put back. `ours-alone`: what somebody has changed since is not touched. */
async function putBack(
  supervised: SupervisedConnection,
  deadline: number,
  parameters: readonly Parameter[],
  former: readonly number[],
  mode?: 'ours-alone',
): Promise<string[]> {
  const left = new Set(parameters.map(({ row }) => row.name));
  try {
    await supervised.withSession(deadline, async (session) => {
      const now = await readAll(
        session,
        parameters.map(({ row }) => row),
      );
      for (const [i, { row, wish }] of [...parameters.entries()].reverse()) {
        const value = former[i] ?? Number.NaN;
        const raw = toRaw(value, row);
        if (raw === undefined) continue;
        const back = { ...wish, value };
        const same = (asked: number) => Math.abs((now[i] ?? Number.NaN) - asked) <= wish.tolerance + Math.abs(row.gain) / 2;
        const untouched = judge(row, back, raw, { readBack: toRaw(now[i] ?? Number.NaN, row) }).ok;
        if (untouched) left.delete(row.name);
        else if (mode === 'ours-alone' && !same(wish.value)) continue;
        else if ((await writeAndReadBack(session, row, back, raw)).ok) left.delete(row.name);
      }
    });
  } catch {
    // the connection is gone: `left` says what was not put back
  }
  return [...left];
}

/** What was downloaded, and its fingerprint: the same set has the same one wherever it was downloaded. */
function told({ recipe, version }: EffectRequestOf<'recipe.download'>, parameters: readonly Parameter[], had: readonly number[]) {
  const values = Object.fromEntries(parameters.map(({ row, wish }) => [wish.role, { value: wish.value, unit: row.unit ?? '' }]));
  const hash = createHash('sha256').update(canonicalJson({ recipe, version, values })).digest('hex');
  const former = Object.fromEntries(parameters.map(({ wish }, i) => [wish.role, had[i]]));
  return { recipe, version, hash, values, former };
}
