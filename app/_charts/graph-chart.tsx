'use client';
import { useTranslations } from 'next-intl';
import { useCallback, useMemo } from 'react';
import { useFormat } from '../_parts/format.ts';
import { Chart } from './chart.tsx';
import { htmlText } from './html-text.ts';
import { type Edge, layered } from './layers.ts';
import { type ChartTokens, tooltipOf } from './tokens.ts';

export interface GraphChartProps {
  readonly title: string;
  readonly edges: readonly Edge[];
  /** Whose neighbourhood it is: drawn strong. */
  readonly marked?: readonly string[];
  /** `flow`: widths by value (Sankey); else lines. */
  readonly form?: 'network' | 'flow';
  readonly height?: number | string;
}

/** More names than this cover each other; they are still in the table and beside the pointer. */
const MOST_NAMES = 60;

/** What leads to what: a genealogy, a network, a flow. From left to right, in layers by the longest way. */
export function GraphChart({ title, edges, marked, form = 'network', height }: GraphChartProps) {
  const t = useTranslations('charts');
  const format = useFormat();
  const nodes = useMemo(() => layered(edges), [edges]);
  // a flow that returns cannot be drawn as one: the library hangs on it
  const flow = form === 'flow' && edges.every((e) => e.value !== undefined) && withoutReturn(edges, nodes);
  const option = useCallback(
    (tokens: ChartTokens) => {
      const text = (edge: Edge) =>
        [`${edge.from} → ${edge.to}`, edge.label, edge.value === undefined ? undefined : format.number(edge.value)]
          .filter((part) => part !== undefined)
          .join(' · ');
      const tooltip = {
        ...tooltipOf(tokens),
        trigger: 'item' as const,
        formatter: ({ dataType, dataIndex, name }: { dataType?: string; dataIndex: number; name: string }) => {
          const edge = dataType === 'edge' ? edges[dataIndex] : undefined;
          return htmlText(edge ? text(edge) : name);
        },
      };
      if (flow)
        return {
          tooltip,
          series: [
            {
              type: 'sankey',
              left: 8,
              right: 110,
              top: 10,
              bottom: 8,
              nodeGap: 10,
              draggable: false,
              data: nodes.map((n) => ({ name: n.id, itemStyle: { color: tokens.trace } })),
              links: edges.map((e) => ({ source: e.from, target: e.to, value: e.value })),
              label: { color: tokens.text, fontSize: 11 },
              lineStyle: { color: tokens.dim, opacity: 0.3 },
              emphasis: { disabled: true },
            },
          ],
        };
      const strong = new Set(marked);
      const inLayer = new Map([...Map.groupBy(nodes, (n) => n.layer)].map(([layer, own]) => [layer, own.length]));
      const layers = inLayer.size;
      const place = new Map(nodes.map((n) => [n.id, n.layer]));
      const hidden = { type: 'value' as const, show: false };
      return {
        tooltip,
        grid: { left: 30, right: 40, top: 14, bottom: 26 },
        // in layers from left to right; each layer spread over the whole height
        xAxis: { ...hidden, min: -0.1, max: Math.max(1, layers - 1) },
        yAxis: { ...hidden, min: 0, max: 1, inverse: true },
        dataZoom: [{ type: 'inside', xAxisIndex: 0, filterMode: 'none' }],
        series: [
          {
            type: 'graph',
            layout: 'none',
            coordinateSystem: 'cartesian2d',
            edgeSymbol: ['none', 'arrow'],
            edgeSymbolSize: 7,
            data: nodes.map((n) => ({
              name: n.id,
              value: [n.layer, (n.order + 0.5) / (inLayer.get(n.layer) ?? 1)],
              symbol: 'roundRect',
              symbolSize: strong.has(n.id) ? 15 : 10,
              itemStyle: { color: strong.has(n.id) ? tokens.text : tokens.trace },
            })),
            links: edges.map((e) => ({
              source: e.from,
              target: e.to,
              // what goes back, or over a layer, goes around what lies between
              lineStyle: { curveness: bend((place.get(e.to) ?? 0) - (place.get(e.from) ?? 0)) },
            })),
            label: {
              show: nodes.length <= MOST_NAMES,
              position: 'bottom',
              distance: 6,
              formatter: '{b}',
              color: tokens.text,
              fontSize: 11,
            },
            lineStyle: { color: tokens.dim, width: 1.2 },
            emphasis: { disabled: true },
          },
        ],
      };
    },
    [edges, nodes, marked, flow, format],
  );
  return (
    <Chart
      label={
        edges.length === 0
          ? t('graphEmpty', { title })
          : t('graphLabel', {
              title,
              nodes: nodes.length,
              edges: edges.length,
              layers: 1 + Math.max(...nodes.map((n) => n.layer)),
            })
      }
      option={option}
      table={() => ({
        columns: [t('source'), t('target'), t('what')],
        rows: edges.map((e) => [
          e.from,
          e.to,
          [e.label, e.value === undefined ? undefined : format.number(e.value)].filter((part) => part !== undefined).join(' · '),
        ]),
      })}
      {...(height === undefined ? {} : { height })}
    />
  );
}

const bend = (layers: number): number => (layers === 1 ? 0.06 : layers > 1 ? 0.25 : -0.35);

function withoutReturn(edges: readonly Edge[], nodes: ReturnType<typeof layered>): boolean {
  const layer = new Map(nodes.map((n) => [n.id, n.layer]));
  return edges.every((e) => (layer.get(e.from) ?? 0) < (layer.get(e.to) ?? 0));
}
