import type { ReplayDifference } from '#runtime/replay/difference.ts';
import type { AlarmReport, OutputReport, ReplaySource } from '#runtime/replay/report.ts';
import type { BacktestReport } from './backtest.ts';

/** Lines of a list before it is cut; `--json` has the rest. */
const MOST = 20;
const moment = (time: number) => new Date(time).toISOString();

/** A backtest for a person: what it read, what came out, what it would have done, and what is different from the running version. */
export function printBacktest(report: BacktestReport): string {
  const { window, durationMs, alarms, effects, dead } = report;
  const speed = Math.round((window.to - window.from) / Math.max(1, durationMs));
  const input = report.input === 'arrived' ? 'as it arrived' : 'as corrected';
  return [
    `${report.title}, graph ${report.graphHash.slice(0, 16)}…`,
    `  ${moment(window.from)} to ${moment(window.to)}, data ${input}: ${report.rows} samples in ${(durationMs / 1000).toFixed(2)} s, ${speed} × real time`,
    ...(report.source ? [`  ${sourceLine(report.source)}`] : []),
    ...(report.wavesGone
      ? [
          `  ${report.wavesGone} waves are no longer kept (raw waves have hours, see mw retention): their rows came as bad:missing`,
        ]
      : []),
    ...(report.rows === 0 ? ['  nothing was recorded in this window'] : []),
    'Outputs',
    ...report.outputs.flatMap(outputLines),
    ...(report.outputs.length === 0 ? ['  the graph has no named outputs'] : []),
    `Alarms that would have been raised: ${alarms.total}`,
    ...cut(alarms.list, alarmLine),
    `Effects captured, none performed: ${effects.total}${counted(effects.byKind)}${effects.unknown > 0 ? `; ${effects.unknown} with an answer that nobody can know` : ''}${effects.recorded ? `; ${effects.recorded} with the answer that was recorded` : ''}`,
    ...cut(effects.list, (one) => `  ${moment(one.time)} ${one.kind} of ${one.node} (${one.key}) ${JSON.stringify(one.request)}`),
    ...(Object.keys(report.late).length > 0 ? [`Too late for their window or join:${counted(report.late)}`] : []),
    ...(dead.total > 0
      ? [`Set aside: ${dead.total}`, ...cut(dead.list, (one) => `  ${one.node} (${one.key}): ${one.message}`)]
      : []),
    ...(report.difference ? differenceLines(report.difference) : []),
  ].join('\n');
}

/** Where data as they arrived came from, and how exact that is. */
export function sourceLine(source: ReplaySource): string {
  switch (source.kind) {
    case 'journal':
      return source.different === 0
        ? `its own journal from the state that it had then${source.steps > 0 ? `: ${source.steps} steps run again, every output bit for bit what was committed` : ''}`
        : `its own journal: ${source.different} of ${source.steps} steps gave other outputs than were committed, the first is step ${source.firstDifferent}`;
    case 'log':
      return 'the log with its archives, lanes by append time; the run began with empty state';
    case 'history':
      return 'the log no longer reaches back so far: the historian, by append time; the run began with empty state';
  }
}

function outputLines({ name, kind, rows, columns, series, last }: OutputReport): string[] {
  if (kind === 'frame') return [`  ${name}: ${rows} tables`];
  if (rows === 0) return [`  ${name}: nothing`];
  const keys = Object.keys(last);
  return [
    `  ${name}: ${rows} rows`,
    ...series
      .filter((one) => columns[one.column]?.type !== 'boolean')
      .slice(0, MOST)
      .map(({ column, key, points }) => {
        const unit = columns[column]?.unit;
        const all = [...points.last, ...(points.min ?? []), ...(points.max ?? [])].filter((v): v is number => v !== null);
        const least = all.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
        const most = all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
        const range =
          all.length > 0 ? `${short(least)} … ${short(most)}, last ${short(points.last.at(-1) ?? null)}` : 'no number';
        return `    ${column}${unit && unit !== '1' ? ` [${unit}]` : ''}${keys.length > 1 ? ` of ${key}` : ''}: ${range}`;
      }),
  ];
}

const alarmLine = (one: AlarmReport): string =>
  `  P${one.priority} ${moment(one.from)} to ${one.to === undefined ? 'the end' : moment(one.to)} ${one.node} (${one.key}): ${one.message.en}${one.value === undefined ? '' : ` (${short(one.value)}${one.unit ? ` ${one.unit}` : ''})`}`;

function differenceLines({ against, outputs, alarms, effects }: ReplayDifference): string[] {
  const changed = outputs.filter((one) => one.state !== 'same');
  const kinds = Object.entries(effects).filter(([, [before, after]]) => before !== after);
  const what = against?.file ? against.version : `the running version${against ? ` ${against.version}` : ''}`;
  const head = `Against ${what}:`;
  if (changed.length + alarms.added.length + alarms.removed.length + kinds.length === 0) return [`${head} no difference`];
  return [
    head,
    ...changed.map(({ name, state, rows, columns }) => {
      const most = columns.map((one) => `${one.column} by up to ${short(one.most)} at ${moment(one.at)}`);
      return `  ${name}: ${state}, ${rows[0]} → ${rows[1]} rows${most.length > 0 ? `; ${most.join(', ')}` : ''}`;
    }),
    ...alarms.added.slice(0, MOST).map((one) => `  + alarm${alarmLine(one)}`),
    ...alarms.removed.slice(0, MOST).map((one) => `  − alarm${alarmLine(one)}`),
    ...kinds.map(([kind, [before, after]]) => `  ${kind}: ${before} → ${after}`),
  ];
}

const short = (value: number | null): string => (value === null ? 'nothing' : String(Number(value.toPrecision(6))));
const counted = (counts: Readonly<Record<string, number>>): string => {
  const list = Object.entries(counts).map(([name, n]) => `${name} ${n}`);
  return list.length > 0 ? ` (${list.join(', ')})` : '';
};
function cut<T>(list: readonly T[], line: (one: T) => string): string[] {
  const shown = list.slice(0, MOST).map(line);
  return list.length > MOST ? [...shown, `  … ${list.length - MOST} more with --json`] : shown;
}
