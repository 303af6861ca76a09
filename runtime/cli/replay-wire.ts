import { sha256 } from '#runtime/graph/hash.ts';
import { replayGraph, type Watching } from '#runtime/worker/replay-graph.ts';
import { withReplayTools } from './backtest.ts';
import { durationOf, momentOf } from './moment.ts';
import { Refused } from './outcome.ts';
import type { Product } from './product.ts';
import { findSubject, type SubjectOptions } from './subject.ts';
import { type WireMoment, WireTap, withOutput } from './wire.ts';

export interface ReplayWireOptions extends SubjectOptions {
  /** `node.port`, or `node` for its port `out`. */
  readonly wire: string;
  readonly at: string;
  /** How long before that moment the run begins. */
  readonly since: string;
  readonly input: 'arrived' | 'corrected';
  readonly last: number;
  /** File for every record of the wire. */
  readonly out?: string;
}

/** `mw replay`: what was on a wire up to a past moment. The wire is made an output of its own, so every record of it is seen. */
export async function replayWire(
  product: Product,
  what: string,
  options: ReplayWireOptions,
  watching: Watching = {},
): Promise<WireMoment> {
  const now = Date.now();
  const at = momentOf(options.at, '--at', now);
  if (at > now) throw new Refused([`--at ${options.at} is in the future: only what was recorded can be run again`]);
  const from = at - durationOf(options.since, '--since');
  const subject = await findSubject(product, what, options);
  const { graph, node, port, name } = withOutput(subject.graph, options.wire);
  const tap = new WireTap(name, options.last, options.out);
  const report = await withReplayTools(product, async (tools) =>
    replayGraph(
      tools,
      subject.orgId,
      {
        ...subject,
        graph,
        graphHash: await sha256(graph),
        // What happened at that very moment is part of it.
        window: { from, to: at + 1 },
        input: options.input,
        confirmations: 'confirm',
        wires: false,
        seen: [name],
        ...(subject.live ? { beside: subject.live.instanceId } : {}),
      },
      { ...watching, onResult: (result, info) => tap.take(result, info) },
    ),
  );
  await tap.close();
  const { count, columns, records } = tap;
  const { source } = report;
  const read = { samples: report.rows, count, records, ...(source ? { source } : {}) };
  return { title: subject.title, node, port, input: options.input, from, at, columns, ...read };
}
