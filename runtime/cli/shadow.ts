import { qualityText } from '#runtime/batch/quality.ts';
import type { ShadowReport } from '#runtime/replay/shadow-count.ts';
import type { ShadowDifference, ShownValue } from '#runtime/replay/shadow-difference.ts';
import type { Watching } from '#runtime/worker/replay-graph.ts';
import { shadow } from '#runtime/worker/shadow.ts';
import { withReplayTools } from './backtest.ts';
import { durationOf } from './moment.ts';
import { Refused } from './outcome.ts';
import type { Product } from './product.ts';
import { findSubject, type SubjectOptions } from './subject.ts';

export interface ShadowCommandReport extends ShadowReport {
  readonly title: string;
}

/** `mw shadow`: a candidate beside the running version on live data. Ctrl-C ends it early, with what was counted. */
export async function shadowRun(
  product: Product,
  what: string,
  options: SubjectOptions & { readonly for: string },
  watching: Watching,
): Promise<ShadowCommandReport> {
  const forMs = durationOf(options.for, '--for');
  const subject = await findSubject(product, what, options);
  const { live, orgId, title, ...candidate } = subject;
  if (!live) throw new Refused([`${what}: nothing of it runs yet, so there is nothing to be beside; try mw backtest`]);
  return withReplayTools(product, async (tools) => ({
    ...(await shadow(tools, orgId, { ...candidate, instanceId: live.instanceId, forMs }, watching)),
    title,
  }));
}

export function printShadow(report: ShadowCommandReport): string {
  const { window, outputs, alarms, effects, dead, late } = report;
  const minutes = ((window.to - window.from) / 60_000).toFixed(1);
  const moment = (time: number) => new Date(time).toISOString();
  const lines = outputs.map(({ name, same, changed, missing, added, columns }) => {
    const most = columns.map((one) => `${one.column} by up to ${Number(one.most.toPrecision(6))} at ${moment(one.at)}`);
    return `  ${name}: ${same} records the same, ${changed} changed, ${missing} missing, ${added} new${most.length > 0 ? `; ${most.join(', ')}` : ''}`;
  });
  const different =
    outputs.some((one) => one.changed + one.missing + one.added > 0) ||
    alarms.added.length + alarms.removed.length + effects.missing + effects.added > 0;
  return [
    `${report.title} beside version ${report.against.version}, ${minutes} min on live data: ${report.rows} samples in ${report.steps} steps`,
    ...lines,
    `Alarms raised: ${alarms.raised[0]} running, ${alarms.raised[1]} candidate`,
    ...alarms.added.map((one) => `  + P${one.priority} ${moment(one.time)} ${one.node} (${one.key})`),
    ...alarms.removed.map((one) => `  − P${one.priority} ${moment(one.time)} ${one.node} (${one.key})`),
    `Effects of the candidate, captured, none performed: ${effects.same} the same, ${effects.added} new, ${effects.missing} missing${effects.unknown > 0 ? `; ${effects.unknown} with an answer that nobody can know` : ''}`,
    ...effects.list
      .slice(0, 20)
      .map((one) => `  ${moment(one.time)} ${one.kind} of ${one.node} (${one.key}) ${JSON.stringify(one.request)}`),
    `Set aside ${dead[0]} and ${dead[1]}, late ${late[0]} and ${late[1]}`,
    ...firstOf(report.first ?? []),
    different ? 'They differ.' : 'No difference.',
  ].join('\n');
}

/** More is in `--json`. */
const SHOWN = 20;
function firstOf(first: readonly ShadowDifference[]): string[] {
  if (first.length === 0) return [];
  const said = (value: ShownValue | undefined) =>
    value === undefined ? 'nothing' : `${value.v ?? 'no number'}${value.q === undefined ? '' : ` (${qualityText(value.q)})`}`;
  const lines = first.slice(0, SHOWN).map(({ time, key, output, column, live, candidate, only }) => {
    const place = `  ${new Date(time).toISOString()} ${output}${column === undefined ? '' : `.${column}`} (${key}): `;
    if (only) return `${place}a record of the ${only === 'live' ? 'running version' : 'candidate'} alone`;
    return `${place}${said(live)} running, ${said(candidate)} candidate`;
  });
  const more = first.length > SHOWN ? [`  and ${first.length - SHOWN} more (--json)`] : [];
  return ['First differences:', ...lines, ...more];
}
