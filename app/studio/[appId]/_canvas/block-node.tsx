'use client';
import type { Node, NodeProps } from '@xyflow/react';
import { useLocale, useTranslations } from 'next-intl';
import { memo } from 'react';
import { type GraphNode, labelOf } from '#runtime/graph/document.ts';
import type { BlockManifest } from '#runtime/graph/manifest.ts';
import { displayUnit } from '#runtime/units/units.ts';
import { mainColumn } from '../_session/facts.ts';
import { formatValue, isBad, isDoubtful } from '../_session/format.ts';
import { useNodeFigures } from '../_session/use-node-figures.tsx';
import { useNewestValue, useSay, useStudio } from '../_session/use-session.tsx';
import { BlockIcon } from './block-icon.tsx';
import classes from './canvas.module.css';
import { sparkPath } from './geometry.ts';
import { Port } from './port.tsx';
import { StatusMark } from './status-mark.tsx';

export type BlockFlowNode = Node<
  {
    readonly node: GraphNode;
    readonly manifest: BlockManifest | undefined;
    readonly worst: 'error' | 'warning' | undefined;
    /** Nodes whose change made the shown value out of date. */
    readonly staleBy: readonly string[] | undefined;
  },
  'block'
>;

/** Effects of these are only captured while the shown values are of a run. */
const ACTS = ['tag.write', 'notify.send', 'confirm.request'];

export const BlockNode = memo(function BlockNode({ id, data, selected }: NodeProps<BlockFlowNode>) {
  const t = useTranslations('studio');
  const say = useSay();
  const { node, manifest, worst, staleBy } = data;
  const title = node.label ? say(labelOf(node)) : manifest ? say(manifest.title) : node.block;
  const inputs = Object.entries(manifest?.inputs ?? {});
  const outputs = Object.entries(manifest?.outputs ?? {});
  const ports = outputs.map(([port]) => port);
  const acts = manifest?.capabilities.some((capability) => ACTS.includes(capability)) ?? false;
  const showing = useStudio((state) => state.showing);
  const live = useNewestValue(id, ports)?.live;
  const quality = Math.max(0, ...Object.values(live?.last.values ?? {}).map((value) => value.q));
  const abnormal =
    worst === 'error' || isBad(quality) ? 'bad' : worst === 'warning' || isDoubtful(quality) ? 'uncertain' : undefined;
  return (
    <div
      className={classes.node}
      data-testid={`node-${id}`}
      data-selected={selected || undefined}
      data-abnormal={abnormal}
      data-simulated={acts && showing === 'run' ? '' : undefined}
    >
      <div className={classes.head}>
        <BlockIcon icon={manifest?.icon} />
        <span className={classes.title} title={title}>
          {title}
        </span>
        <span className={classes.status}>
          <StatusMark
            worst={worst}
            quality={live ? quality : undefined}
            stale={staleBy !== undefined}
            captured={acts && showing === 'run'}
          />
        </span>
      </div>
      {manifest ? (
        <Reading id={id} ports={ports} sub={subtitle(node)} staleBy={staleBy} />
      ) : (
        <div className={classes.body}>
          <div className={classes.reading}>
            <div className={classes.value}>{t('canvas.missing')}</div>
            <div className={classes.sub}>{`${node.block} ${node.version}`}</div>
          </div>
        </div>
      )}
      <div className={classes.ports}>
        <div className={classes.side}>
          {inputs.map(([port, decl]) => (
            <Port key={port} node={id} port={port} manifest={decl} side="in" title={title} />
          ))}
        </div>
        <div className={classes.side}>
          {outputs.map(([port, decl]) => (
            <Port key={port} node={id} port={port} manifest={decl} side="out" title={title} />
          ))}
        </div>
      </div>
    </div>
  );
});

function Reading({
  id,
  ports,
  sub,
  staleBy,
}: {
  id: string;
  ports: readonly string[];
  sub: string;
  staleBy: readonly string[] | undefined;
}) {
  const t = useTranslations('studio');
  const locale = useLocale();
  const newest = useNewestValue(id, ports);
  const port = newest?.port ?? ports[0];
  const live = newest?.live;
  const facts = useStudio((state) => state.facts);
  const schema = port ? facts.schemaOf({ node: id, port }) : undefined;
  const column = mainColumn(schema, port ? facts.ownColumns({ node: id, port }) : []) ?? Object.keys(live?.last.values ?? {})[0];
  const value = column ? live?.last.values[column] : undefined;
  const unit = column ? schema?.columns[column]?.unit : undefined;
  const flag = column ? schema?.columns[column]?.type === 'boolean' : false;
  const shown = flag && value ? Boolean(value.v) : value?.v;
  return (
    <div className={classes.body}>
      <div
        className={classes.reading}
        data-stale={staleBy ? '' : undefined}
        data-quality={value && isDoubtful(value.q) ? '' : undefined}
        title={staleBy ? t('canvas.staleBecause', { nodes: staleBy.join(', ') }) : undefined}
      >
        <div className={classes.value} data-testid={`value-${id}`}>
          {value === undefined ? (
            '–'
          ) : typeof shown === 'boolean' ? (
            t(shown ? 'canvas.on' : 'canvas.off')
          ) : (
            <>
              {formatValue(shown, locale)}
              {unit && unit !== '1' && <span className={classes.unit}>{displayUnit(unit)}</span>}
            </>
          )}
        </div>
        <div className={classes.sub}>{sub || id}</div>
      </div>
      <div className={classes.course}>
        <svg className={classes.spark} viewBox="0 0 78 26" preserveAspectRatio="none" aria-hidden>
          <path d={sparkPath((column && live?.course[column]) || [], 78, 26)} />
        </svg>
        <Flow id={id} />
      </div>
    </div>
  );
}

/** What the running version does here: rows a second, quiet; what was set aside, marked. */
function Flow({ id }: { id: string }) {
  const t = useTranslations('studio');
  const locale = useLocale();
  const figures = useNodeFigures(id);
  const showing = useStudio((state) => state.showing);
  if (!figures || showing !== 'live') return null;
  const number = (value: number) => new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 }).format(value);
  const { rate, latency, errors, cpu } = figures;
  const words = t(cpu === undefined ? 'canvas.figures.running' : 'canvas.figures.runningCpu', {
    rate: number(rate),
    latency: latency === null ? '–' : number(Math.round(latency)),
    errors,
    cpu: number((cpu ?? 0) * 100),
  });
  return (
    <div className={classes.flow} title={words} data-testid={`flow-${id}`}>
      {errors > 0 ? (
        <b>
          <svg width="9" height="8" aria-hidden>
            <path d="M4.5 0 9 8H0z" fill="var(--mw-p2)" />
          </svg>
          {t('canvas.figures.errors', { count: errors })}
        </b>
      ) : (
        rate > 0 && t('canvas.figures.rate', { rate: number(rate) })
      )}
    </div>
  );
}

/** The one parameter that says most about a node, under its value. */
function subtitle(node: GraphNode): string {
  const { params } = node;
  for (const name of ['role', 'form', 'expression', 'seconds', 'alpha', 'lambda', 'channel']) {
    const value = params[name];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return `${name} = ${value}`;
  }
  const limits = ['low', 'high'].filter((name) => typeof params[name] === 'number').map((name) => `${name} ${params[name]}`);
  return limits.join(' … ');
}
