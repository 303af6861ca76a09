'use client';
import { Handle, Position } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import type { KeyboardEvent } from 'react';
import type { PortManifest } from '#runtime/graph/manifest.ts';
import { mainColumn } from '../_session/facts.ts';
import { couldFeed, portKind } from '../_session/fit.ts';
import { useSession, useStudio } from '../_session/use-session.tsx';
import classes from './canvas.module.css';
import { useRefuse } from './refusal.tsx';

/** One port of a node: pointer target, and by keyboard Enter on an output picks it, Enter on an input connects. */
export function Port({
  node,
  port,
  manifest,
  side,
  title,
}: {
  node: string;
  port: string;
  manifest: PortManifest;
  side: 'in' | 'out';
  title: string;
}) {
  const t = useTranslations('studio');
  const session = useSession();
  const refuse = useRefuse();
  const schema = useStudio((state) => (side === 'out' ? state.facts.schemaOf({ node, port }) : undefined));
  const facts = useStudio((state) => state.facts);
  const own = side === 'out' ? facts.ownColumns({ node, port }) : [];
  const named = useStudio((state) => state.view.outputs.find((one) => one.from.node === node && one.from.port === port)?.name);
  const picked = useStudio((state) => side === 'out' && state.picking?.node === node && state.picking.port === port);
  const offered = useStudio(
    // A first sieve: the exact judgement, with its reason, is made for the one port that is chosen.
    (state) =>
      side === 'in' &&
      state.picking !== undefined &&
      state.picking.node !== node &&
      couldFeed(state.facts.schemaOf(state.picking), manifest),
  );
  const kind = schema
    ? portKind(
        schema.kind,
        Object.values(schema.columns).map((column) => column.type),
        schema.columns[mainColumn(schema, own) ?? '']?.type,
      )
    : portKind(
        manifest.kind,
        Object.values(manifest.columns).map((column) => column.type),
        Object.values(manifest.columns)[0]?.type,
      );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    event.stopPropagation();
    const { picking } = session.get();
    if (side === 'out') {
      session.set({ picking: picked ? undefined : { node, port } });
      return;
    }
    if (!picking) return;
    const reason = session.get().facts.refusal(picking, { node, port });
    if (reason) refuse(reason);
    else {
      session.edit(session.get().facts.wire(picking, { node, port }));
      session.set({ picking: undefined });
    }
  };

  return (
    <div className={classes.portRow} data-side={side} data-named={named ? '' : undefined}>
      <Handle
        id={port}
        type={side === 'out' ? 'source' : 'target'}
        position={side === 'out' ? Position.Right : Position.Left}
        className={classes.port ?? ''}
        data-kind={kind}
        data-offer={offered || picked ? '' : undefined}
        data-testid={`port-${node}-${port}`}
        role="button"
        tabIndex={0}
        aria-pressed={side === 'out' ? picked : undefined}
        aria-label={t(side === 'out' ? 'canvas.output' : 'canvas.input', { port, node: title })}
        onKeyDown={onKeyDown}
      />
      <span title={named ? t('canvas.namedOutput', { name: named }) : undefined}>{named ? `${port} · ${named}` : port}</span>
    </div>
  );
}
