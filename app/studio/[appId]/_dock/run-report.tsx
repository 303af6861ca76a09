'use client';
import { useLocale, useTranslations } from 'next-intl';
import { displayUnit } from '#runtime/units/units.ts';
import type { RunReport } from '#server/runs/read-runs.ts';
import { sparkPath } from '../_canvas/geometry.ts';
import { formatMoment, formatNumber, formatValue } from '../_session/format.ts';
import { useSay } from '../_session/use-session.tsx';
import classes from './dock.module.css';

/** Where data as they arrived came from, and how exact that is. */
function sourceText(source: NonNullable<RunReport['source']>, t: ReturnType<typeof useTranslations<'studio'>>): string {
  if (source.kind !== 'journal') return t(`report.source.${source.kind}`);
  const { steps, different } = source;
  return different > 0 ? t('report.source.different', { steps, different }) : t('report.source.same', { steps });
}

/** Report of a test or backtest: what came out, which alarms would have stood, what would have been done. */
export function RunReportView({ report, onNode }: { report: RunReport; onNode?: (node: string) => void }) {
  const t = useTranslations('studio');
  const say = useSay();
  const locale = useLocale();
  const { window } = report;
  const speed = (window.to - window.from) / Math.max(1, report.durationMs);
  const place = (node: string) =>
    onNode ? (
      <button
        type="button"
        className="mw-mono"
        style={{ border: 0, background: 'none', padding: 0, color: 'var(--mw-accent)', cursor: 'pointer' }}
        onClick={() => onNode(node)}
      >
        {node}
      </button>
    ) : (
      <span className="mw-mono">{node}</span>
    );
  return (
    <div data-testid="run-report">
      <div className={classes.figures}>
        <span>{`${formatMoment(window.from, locale)} – ${formatMoment(window.to, locale)}`}</span>
        <span>
          {t('report.rows')} <b>{formatNumber(report.rows, locale)}</b>
        </span>
        <span>
          {t('report.duration')} <b>{`${formatNumber(report.durationMs / 1000, locale)} s`}</b>
        </span>
        <span>
          {t('report.speed')} <b>{`${formatNumber(Math.round(speed), locale)} ×`}</b>
        </span>
        <span>
          {t('report.alarms')} <b data-testid="report-alarms">{report.alarms.total}</b>
        </span>
        <span>
          {t('report.effects')} <b data-testid="report-effects">{report.effects.total}</b>
        </span>
        {report.effects.unknown > 0 && <span>{t('report.unknown', { count: report.effects.unknown })}</span>}
        {report.dead.total > 0 && (
          <span>
            {t('report.dead')} <b>{report.dead.total}</b>
          </span>
        )}
        {(report.effects.recorded ?? 0) > 0 && <span>{t('report.recorded', { count: report.effects.recorded ?? 0 })}</span>}
        <span>{t(`report.input.${report.input}`)}</span>
        {report.source && <span data-testid="report-source">{sourceText(report.source, t)}</span>}
        {(report.wavesGone ?? 0) > 0 && <span>{t('report.wavesGone', { count: report.wavesGone ?? 0 })}</span>}
      </div>
      <div className={classes.report}>
        <section>
          <h2>{t('report.outputs')}</h2>
          {report.outputs.map((output) =>
            output.kind === 'frame' ? (
              <div key={output.name} className={classes.series}>
                <span>{output.name}</span>
                <span>{t('report.frames', { count: output.rows })}</span>
                <span />
              </div>
            ) : (
              output.series.map(({ key, column, points }) => {
                const unit = output.columns[column]?.unit;
                const last = points.last.at(-1);
                return (
                  <div key={`${output.name}.${column}.${key}`} className={classes.series}>
                    <span title={`${output.name}.${column}`}>{`${output.name}.${column}`}</span>
                    <svg
                      viewBox="0 0 130 24"
                      preserveAspectRatio="none"
                      role="img"
                      aria-label={t('report.course', { name: `${output.name}.${column}` })}
                    >
                      <path
                        d={sparkPath(
                          points.last.map((value) => value ?? Number.NaN),
                          130,
                          24,
                        )}
                      />
                    </svg>
                    <span>{`${formatValue(last, locale)}${unit && unit !== '1' ? ` ${displayUnit(unit)}` : ''}`}</span>
                  </div>
                );
              })
            ),
          )}
          {report.outputs.length === 0 && <p className={classes.empty}>{t('report.noOutputs')}</p>}
        </section>
        <section>
          <h2>{t('report.alarmList')}</h2>
          <ul className={classes.list}>
            {report.alarms.list.slice(0, 100).map((alarm) => (
              <li key={`${alarm.node}${alarm.key}${alarm.from}`}>
                {`P${alarm.priority} · ${formatMoment(alarm.from, locale)} – ${alarm.to === undefined ? t('report.stands') : formatMoment(alarm.to, locale)} · `}
                {place(alarm.node)} {say(alarm.message)}
                {alarm.value === undefined ? '' : ` (${formatNumber(alarm.value, locale)})`}
              </li>
            ))}
            {report.alarms.total === 0 && <li className={classes.empty}>{t('report.noAlarms')}</li>}
          </ul>
        </section>
        <section>
          <h2>{t('report.effectList')}</h2>
          <ul className={classes.list}>
            {report.effects.list.slice(0, 100).map((effect) => (
              <li key={`${effect.node}${effect.key}${effect.time}${effect.kind}`}>
                {`${formatMoment(effect.time, locale)} · `}
                {place(effect.node)} {`${effect.kind} ${formatValue(effect.request.value, locale)}`}
                {effect.answer.unknown ? ` · ${t('report.unanswered')}` : ''}
              </li>
            ))}
            {report.effects.total === 0 && <li className={classes.empty}>{t('report.noEffects')}</li>}
          </ul>
          {report.dead.list.length > 0 && (
            <>
              <h2>{t('report.dead')}</h2>
              <ul className={classes.list}>
                {report.dead.list.slice(0, 20).map((dead, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: equal rows may fail in the same way
                  <li key={at}>
                    {place(dead.node)} {dead.message}
                    {dead.line === undefined ? '' : ` (${t('code.line', { line: dead.line })})`}
                  </li>
                ))}
              </ul>
            </>
          )}
        </section>
        {report.difference && <Difference report={report} />}
      </div>
    </div>
  );
}

function Difference({ report }: { report: RunReport }) {
  const t = useTranslations('studio');
  const locale = useLocale();
  const { difference } = report;
  if (!difference) return null;
  return (
    <section>
      <h2>{t('report.difference')}</h2>
      <ul className={classes.list}>
        {difference.outputs
          .filter((output) => output.state !== 'same')
          .map((output) => (
            <li key={output.name}>
              {`${output.name}: ${t(`report.state.${output.state}`)}`}
              {output.columns.map((column) => ` · ${column.column} ±${formatNumber(column.most, locale)}`)}
            </li>
          ))}
        {difference.outputs.every((output) => output.state === 'same') && <li>{t('report.sameOutputs')}</li>}
        <li>
          {t('report.alarmDifference', { added: difference.alarms.added.length, removed: difference.alarms.removed.length })}
        </li>
        {Object.entries(difference.effects).map(([kind, [before, after]]) => (
          <li key={kind}>{`${kind}: ${before} → ${after}`}</li>
        ))}
      </ul>
    </section>
  );
}
