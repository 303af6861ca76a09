'use client';
import { useLocale, useTranslations } from 'next-intl';
import { useSyncExternalStore } from 'react';
import { qualityText } from '#runtime/batch/quality.ts';
import { displayUnit } from '#runtime/units/units.ts';
import { formatTime, formatValue, isDoubtful } from '../_session/format.ts';
import type { WireValue } from '../_session/live-store.ts';
import { useSession, useStudio, useView } from '../_session/use-session.tsx';
import { WireChart } from '../_time/wire-chart.tsx';
import classes from './dock.module.css';

/** Rows that fit the dock without becoming a second log. */
const SHOWN = 60;

/** Records on the chosen wires, or on the wires of the chosen node; with nothing chosen, the newest of all. */
export function Records() {
  const t = useTranslations('studio');
  const locale = useLocale();
  const session = useSession();
  const document = useView();
  const facts = useStudio((state) => state.facts);
  const selection = useStudio((state) => state.selection);
  const showing = useStudio((state) => state.showing);
  const store = showing === 'run' ? session.ran : session.live;
  useSyncExternalStore(store.subscribeAll, store.snapshot, store.snapshot);

  const ends = new Map<string, { node: string; port: string; to: string[] }>();
  for (const wire of document.wires) {
    const key = `${wire.from.node}.${wire.from.port}`;
    const chosen =
      selection.wires.length + selection.nodes.length === 0 ||
      selection.wires.includes(`${key}>${wire.to.node}.${wire.to.port}`) ||
      selection.nodes.includes(wire.from.node) ||
      selection.nodes.includes(wire.to.node);
    if (!chosen) continue;
    const end = ends.get(key) ?? { ...wire.from, to: [] };
    end.to.push(wire.to.node);
    ends.set(key, end);
  }
  for (const id of selection.nodes)
    for (const port of Object.keys(facts.manifest(id)?.outputs ?? {}))
      if (!ends.has(`${id}.${port}`)) ends.set(`${id}.${port}`, { node: id, port, to: [] });

  const rows: { id: string; from: string; to: string; port: string; record: WireValue }[] = [];
  for (const [id, end] of ends)
    for (const record of store.get(`${facts.prefix ?? ''}${end.node}`, end.port)?.records.slice(-20) ?? [])
      rows.push({ id, from: end.node, to: end.to.join(', '), port: end.port, record });
  rows.sort((a, b) => b.record.time - a.record.time);

  if (rows.length === 0) return <p className={classes.empty}>{t(showing === 'run' ? 'records.noneOfRun' : 'records.none')}</p>;
  const [charted] = ends.values();
  return (
    <>
      {charted && <WireChart node={charted.node} port={charted.port} />}
      <table className={classes.table} data-testid="records-table">
        <thead>
          <tr>
            <th scope="col">{t('records.time')}</th>
            <th scope="col">{t('records.wire')}</th>
            <th scope="col">{t('records.key')}</th>
            <th scope="col">{t('records.column')}</th>
            <th scope="col" data-number>
              {t('records.value')}
            </th>
            <th scope="col">{t('records.unit')}</th>
            <th scope="col">{t('records.quality')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, SHOWN).flatMap(({ id, from, to, port, record }, row) =>
            Object.entries(record.values).map(([column, { v, q }], at) => {
              const schema = facts.schemaOf({ node: from, port })?.columns[column];
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: two records may have one time and one key
                <tr key={`${id} ${row} ${column}`}>
                  <td className="mw-mono">{at === 0 ? formatTime(record.time, locale) : ''}</td>
                  <td>{at === 0 ? `${from}.${port}${to ? ` → ${to}` : ''}` : ''}</td>
                  <td>{at === 0 ? record.key : ''}</td>
                  <td>{column}</td>
                  <td data-number>{schema?.type === 'boolean' ? t(v ? 'canvas.on' : 'canvas.off') : formatValue(v, locale)}</td>
                  <td>{schema?.unit && schema.unit !== '1' ? displayUnit(schema.unit) : ''}</td>
                  <td style={isDoubtful(q) ? { fontWeight: 600 } : undefined}>
                    {isDoubtful(q) ? `▲ ${qualityText(q)}` : t('records.good')}
                  </td>
                </tr>
              );
            }),
          )}
        </tbody>
      </table>
    </>
  );
}
