'use client';
import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from '@xyflow/react';
import { useLocale, useTranslations } from 'next-intl';
import { memo, useMemo, useState } from 'react';
import { displayUnit } from '#runtime/units/units.ts';
import { mainColumn } from '../_session/facts.ts';
import { portKind } from '../_session/fit.ts';
import { formatNumber, formatTime, formatValue } from '../_session/format.ts';
import { useStudio, useWireValue } from '../_session/use-session.tsx';
import { WireValue } from '../_time/wire-value.tsx';
import classes from './canvas.module.css';
import { corridor, corridorPath } from './corridor.ts';
import { useObstacles } from './obstacles.tsx';

/** Between neighbours there is no room to read a value: the node and the tip of the wire have it. Pixels of the canvas. */
const ROOM_FOR_VALUE = 110;

export type WireFlowEdge = Edge<{ readonly conversion: string | undefined }, 'wire'>;

const STROKE = {
  number: 'var(--mw-port-number)',
  boolean: 'var(--mw-port-boolean)',
  table: 'var(--mw-port-table)',
  event: 'var(--mw-port-event)',
};

export const WireEdge = memo(function WireEdge(props: EdgeProps<WireFlowEdge>) {
  const { id, source, target, sourceHandleId, selected, data } = props;
  const [over, setOver] = useState(false);
  const schema = useStudio((state) => state.facts.schemaOf({ node: source, port: sourceHandleId ?? 'out' }));
  const facts = useStudio((state) => state.facts);
  const own = facts.ownColumns({ node: source, port: sourceHandleId ?? 'out' });
  const kind = schema
    ? portKind(
        schema.kind,
        Object.values(schema.columns).map((column) => column.type),
        schema.columns[mainColumn(schema, own) ?? '']?.type,
      )
    : 'number';
  const back = props.targetX < props.sourceX;
  const from = { x: props.sourceX, y: props.sourceY };
  const to = { x: props.targetX, y: props.targetY };
  const obstacles = useObstacles();
  const { x: fromX, y: fromY } = from;
  const { x: toX, y: toY } = to;
  const around = useMemo(
    () =>
      toX < fromX
        ? undefined
        : corridor(
            { x: fromX, y: fromY },
            { x: toX, y: toY },
            obstacles.filter(({ id: node }) => node !== source && node !== target),
          ),
    [fromX, fromY, toX, toY, obstacles, source, target],
  );
  // No wire goes behind a node: feedback goes below, others take a gap.
  const [path, x, y] = back ? below(props) : around ? corridorPath(from, to, around) : getBezierPath(props);
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: hovering only shows what the records table shows too */}
      <g onMouseEnter={() => setOver(true)} onMouseLeave={() => setOver(false)} data-testid={`wire-${id}`}>
        <BaseEdge
          path={path}
          interactionWidth={16}
          style={{
            stroke: selected ? 'var(--mw-accent)' : STROKE[kind],
            strokeWidth: selected ? 2.5 : kind === 'table' ? 2.2 : 1.4,
            strokeDasharray: kind === 'event' ? '5 3' : undefined,
          }}
        />
      </g>
      <EdgeLabelRenderer>
        {data?.conversion && (
          <div className={classes.chip} style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
            {data.conversion}
          </div>
        )}
        {toX - fromX >= ROOM_FOR_VALUE && !around && (
          <WireValue node={source} port={sourceHandleId ?? 'out'} x={x} y={data?.conversion ? y - 10 : y} />
        )}
        {over && (
          <div className={classes.wireTip} style={{ transform: `translate(-50%, 10px) translate(${x}px, ${y}px)` }}>
            <WireTip node={source} port={sourceHandleId ?? 'out'} />
          </div>
        )}
      </EdgeLabelRenderer>
    </>
  );
});

function WireTip({ node, port }: { node: string; port: string }) {
  const t = useTranslations('studio');
  const locale = useLocale();
  const schema = useStudio((state) => state.facts.schemaOf({ node, port }));
  const live = useWireValue(node, port);
  const columns = Object.keys(schema?.columns ?? live?.last.values ?? {});
  return (
    <>
      <div>
        <b>{`${node}.${port}`}</b>
        {live?.rate !== undefined && ` · ${t('wire.rate', { rate: formatNumber(live.rate, locale) })}`}
      </div>
      {schema && <div>{columns.map((name) => `${name}: ${typeName(schema.columns[name])}`).join(' · ')}</div>}
      {live ? (
        <table>
          <tbody>
            {live.records.slice(-3).map((record) => (
              <tr key={`${record.time}${record.key}`}>
                <td>{formatTime(record.time, locale)}</td>
                <td>
                  {columns
                    .map((name) => {
                      const unit = schema?.columns[name]?.unit;
                      return `${name} ${formatValue(record.values[name]?.v, locale)}${unit && unit !== '1' ? ` ${displayUnit(unit)}` : ''}`;
                    })
                    .join(' · ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        !schema && <div>{t('wire.unknown')}</div>
      )}
    </>
  );
}

const typeName = (column: { type: string; unit?: string } | undefined): string =>
  column ? `${column.type}${column.unit && column.unit !== '1' ? ` ${displayUnit(column.unit)}` : ''}` : '';

function below(props: EdgeProps<WireFlowEdge>): [string, number, number] {
  const { sourceX, sourceY, targetX, targetY } = props;
  const low = Math.max(sourceY, targetY) + 110;
  const path = `M${sourceX} ${sourceY} C${sourceX + 60} ${sourceY} ${sourceX + 60} ${low} ${sourceX - 20} ${low} L${targetX + 20} ${low} C${targetX - 60} ${low} ${targetX - 60} ${targetY} ${targetX} ${targetY}`;
  return [path, (sourceX + targetX) / 2, low];
}
