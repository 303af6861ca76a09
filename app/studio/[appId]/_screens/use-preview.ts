'use client';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { wordsOf } from '#blocks/sdk/column-words.ts';
import type { WireSchema } from '#runtime/batch/schema.ts';
import type { Bilingual, GraphDocument } from '#runtime/graph/document.ts';
import { type Form, readForms } from '#runtime/graph/forms.ts';
import type { ScreenDocument } from '#runtime/graph/screens.ts';
import type { OutputReport, ReplayReport } from '#runtime/replay/report.ts';
import type { ScreenValue } from '#server/operate/live-screen.ts';
import type { ScreenFacts } from '#server/operate/read-screen.ts';
import { useTRPC } from '../../../_client/trpc.ts';
import type { Past, ScreenContextValue } from '../../../operate/[installation]/[screen]/_screen/screen-context.tsx';
import { type Live, useLiveScreen } from '../../../operate/[installation]/[screen]/_screen/use-live-screen.ts';
import type { GraphFacts } from '../_session/facts.ts';

/** Which instance runs a version of the app. */
export interface Running {
  readonly installationId: string;
  readonly instanceId: string;
}

export interface ScreenSupply {
  readonly outputs: readonly {
    readonly name: string;
    readonly title?: Bilingual | undefined;
    readonly schema: WireSchema | undefined;
  }[];
  readonly forms: readonly Form[];
  /** As an operator screen has them. */
  readonly columns: ScreenFacts['outputs'];
}

/** What the graph gives to screens, judged anew with every edit. */
export function supplyOf(document: GraphDocument, facts: GraphFacts): ScreenSupply {
  const outputs = document.outputs.map(({ name, title, from }) => ({ name, title, schema: facts.schemaOf(from) }));
  const nodes = new Map(document.nodes.map((node) => [node.id, node]));
  const columns = document.outputs.map(({ name, title, from }, at) => {
    const manifest = facts.manifest(from.node);
    const made = new Map(Object.entries(nodes.get(from.node)?.as ?? {}).map(([own, onWire]) => [onWire, own]));
    const entries = Object.entries(outputs[at]?.schema?.columns ?? {}).map(
      ([column, { type, unit }]) =>
        [
          column,
          { type, unit: unit ?? null, title: (manifest && wordsOf(manifest, made.get(column) ?? column)) ?? null },
        ] as const,
    );
    return { name, title: title ?? null, columns: Object.fromEntries(entries) };
  });
  return { outputs, forms: readForms(document), columns };
}

/** Everything that widgets ask for, of a draft: live where a version of it runs, else from a run over recorded data. */
export function usePreview(
  name: Bilingual,
  screens: readonly ScreenDocument[],
  screen: ScreenDocument,
  supply: ScreenSupply,
  running: Running | undefined,
  report: ReplayReport | undefined,
): ScreenContextValue {
  const trpc = useTRPC();
  // The installed app says which series and tags there are; any of its screens will do.
  const list = useQuery({ ...trpc.operate.list.queryOptions(), enabled: running !== undefined });
  const anyScreen = list.data?.find((one) => one.id === running?.installationId)?.screens[0]?.id;
  const installed = useQuery({
    ...trpc.operate.screen.queryOptions({
      installationId: running?.installationId ?? '',
      screenId: anyScreen ?? '',
      ...(running ? { instanceId: running.instanceId } : {}),
    }),
    enabled: running !== undefined && anyScreen !== undefined,
  });
  const known = installed.data;
  const outputs = useMemo(
    () => known?.outputs.map((one) => one.name).filter((one) => supply.outputs.some((mine) => mine.name === one)) ?? [],
    [known, supply],
  );
  const tagIds = useMemo(() => known?.forms.flatMap((form) => (form.target ? [form.target.id] : [])) ?? [], [known]);
  const live = useLiveScreen(known && !report ? known.instance?.id : undefined, outputs, tagIds);
  const replayed = useMemo(() => (report ? replayedOf(report) : undefined), [report]);
  const facts = useMemo<ScreenFacts>(
    () => ({
      installation: { id: running?.installationId ?? '', name, version: '' },
      screens: screens.map(({ id, title }) => ({ id, title })),
      screen,
      instance: known?.instance ?? null,
      instances: known?.instances ?? [],
      machines: known?.machines ?? [],
      outputs: supply.columns,
      forms: supply.forms.map((form) => ({
        ...form,
        target: known?.forms.find((one) => one.name === form.name)?.target ?? null,
      })),
      series: known?.series ?? [],
    }),
    [running, name, screens, screen, known, supply],
  );
  return useMemo(
    () => ({ facts, live: replayed?.live ?? live, lost: false, preview: true, ...(replayed ? { past: replayed.past } : {}) }),
    [facts, live, replayed],
  );
}

/** A run's report as a screen sees values: the newest of each output, and the courses over the window. */
export function replayedOf(report: ReplayReport): { readonly live: Live; readonly past: Past } {
  const outputs = new Map(report.outputs.map((output) => [output.name, output]));
  const rows = (bind: string): ScreenValue[] => {
    const [name = bind, column] = bind.split('.');
    const output = outputs.get(name);
    return output ? Object.entries(output.last).map(([key, last]) => screenValue(output, bind, column, key, last)) : [];
  };
  return {
    live: {
      value: (bind, key) => rows(bind).find((one) => one.key === key) ?? rows(bind)[0],
      rows,
      tag: () => undefined,
      state: {
        ...{ status: 'running', wanted: 'run', reason: null, consumed: 0, held: true },
        ...{ alarms: [], confirmations: [], effects: [], leases: [] },
      },
      clockAhead: 0,
      connection: 'live',
      listen: () => () => {},
    },
    past: {
      window: report.window,
      course(bind) {
        const [name = bind, column = ''] = bind.split('.');
        const output = outputs.get(name);
        const series = output?.series.find((one) => one.column === column);
        return series && { x: series.points.time, y: series.points.last, unit: output?.columns[column]?.unit ?? null };
      },
    },
  };
}

function screenValue(
  output: OutputReport,
  bind: string,
  column: string | undefined,
  key: string,
  last: OutputReport['last'][string],
): ScreenValue {
  const base = { bind, key, time: last.time, quality: 0, origin: 'replayed' };
  if (output.kind === 'frame' || column === undefined)
    return { ...base, value: null, other: JSON.stringify({ frame: last.values }), unit: null };
  const value = last.values[column];
  const unit = output.columns[column]?.unit ?? null;
  if (typeof value === 'number' || typeof value === 'boolean') return { ...base, value: Number(value), other: null, unit };
  return { ...base, value: null, other: value == null ? null : JSON.stringify({ text: String(value) }), unit };
}
