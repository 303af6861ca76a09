'use client';
import { useTranslations } from 'next-intl';
import { useFormat } from '../_parts/format.ts';
import { unitLabel } from '../_parts/unit.ts';
import classes from './charts.module.css';
import { Picture } from './picture.tsx';

/** A wall, a machine, a zone: a rectangle on the floor, in metres from the north-west corner. */
export interface FloorArea {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export interface FloorPoint {
  readonly name: string;
  /** Metres from the north-west corner, east and south. */
  readonly x: number;
  readonly y: number;
  readonly value?: number | null;
  /** Drawn hollow and said in words. */
  readonly abnormal?: boolean;
}
export interface FloorPlanProps {
  readonly title: string;
  readonly areas: readonly FloorArea[];
  readonly points: readonly FloorPoint[];
  readonly unit?: string | null;
  readonly height?: number | string;
}

/** Where things are on the floor of a plant, with a figure each. Needs no tiles and no network. */
export function FloorPlan({ title, areas, points, unit, height }: FloorPlanProps) {
  const t = useTranslations('charts');
  const format = useFormat();
  const placed = points.filter((p) => Number.isFinite(p.x) && Number.isFinite(p.y));
  const box = boundsOf(areas, placed);
  const size = Math.max(box.w, box.h) / 100;
  const figure = (p: FloorPoint) => (p.value == null ? '' : `${format.number(p.value)} ${unitLabel(unit)}`.trim());
  const abnormal = placed.filter((p) => p.abnormal);
  return (
    <Picture
      label={title}
      table={() => ({
        columns: [t('what'), 'x [m]', 'y [m]', t('value'), t('abnormal')],
        rows: placed.map((p) => [p.name, format.number(p.x), format.number(p.y), figure(p), p.abnormal ? '■' : '']),
      })}
      {...(height === undefined ? {} : { height })}
    >
      <svg
        className={classes.floor}
        viewBox={`${box.x} ${box.y} ${box.w} ${box.h}`}
        role="img"
        aria-label={t('floorLabel', { title, points: placed.length, abnormal: abnormal.length })}
      >
        {areas.map((area) => (
          <g key={`${area.name} ${area.x} ${area.y}`}>
            <rect className={classes.area} x={area.x} y={area.y} width={area.w} height={area.h} />
            <text className={classes.areaName} x={area.x + size} y={area.y + 3.4 * size} fontSize={2.8 * size}>
              {area.name}
            </text>
          </g>
        ))}
        {placed.map((p) => (
          <g key={`${p.name} ${p.x} ${p.y}`} data-abnormal={p.abnormal || undefined} className={classes.point}>
            {p.abnormal ? (
              <rect x={p.x - 1.6 * size} y={p.y - 1.6 * size} width={3.2 * size} height={3.2 * size} strokeWidth={0.6 * size} />
            ) : (
              <circle cx={p.x} cy={p.y} r={1.3 * size} />
            )}
            <text x={p.x + 2.8 * size} y={p.y + size} fontSize={2.8 * size}>
              {p.name} <tspan fontWeight={600}>{figure(p)}</tspan>
            </text>
          </g>
        ))}
      </svg>
    </Picture>
  );
}

/** All that is drawn, with room for names. */
function boundsOf(areas: readonly FloorArea[], points: readonly FloorPoint[]) {
  const xs = [...areas.flatMap((a) => [a.x, a.x + a.w]), ...points.map((p) => p.x)];
  const ys = [...areas.flatMap((a) => [a.y, a.y + a.h]), ...points.map((p) => p.y)];
  if (xs.length === 0) return { x: 0, y: 0, w: 1, h: 1 };
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const room = Math.max(right - left, bottom - top, 1) * 0.04;
  const names = areas.length === 0 ? 5 * room : room;
  return { x: left - room, y: top - room, w: right - left + room + names, h: bottom - top + 2 * room };
}
