import type { EffectRequest } from '#runtime/step/contract.ts';

/** What a captured effect is answered with, so that the graph behind it goes on as it would have done. */
export interface ModelAnswer {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly reason?: string;
  /** True when nobody knows what the outside would have said; the report counts these. */
  readonly unknown?: boolean;
  /** True when it is what the outside said then to the same request; the report counts these. */
  readonly recorded?: boolean;
}
export type Answering = (effect: EffectRequest) => ModelAnswer | Promise<ModelAnswer>;
/** What the host computes is no act: it is computed in every run, at once; the same request gives the same answer. */
export type Computing = (effect: EffectRequest) => Promise<ModelAnswer>;

/** How confirmations by a person are taken in a run where nobody is asked. */
export type Confirmations = 'confirm' | 'refuse' | 'none';

/**
 * The performers' declared models (semantics, section 6): a write reads back its value, a claim is had, a message is delivered, a confirmation follows
 * the run's choice, computations are done by `computing`, anything else is unknown.
 */
export const modelAnswers =
  (confirmations: Confirmations, computing?: Computing): Answering =>
  (effect) => {
    if (computing && effect.kind.startsWith('compute.')) return computing(effect);
    switch (effect.kind) {
      case 'tag.write':
        return { ok: true, value: effect.request.value };
      case 'recipe.download':
        return { ok: true, value: { recipe: effect.request.recipe, version: effect.request.version } };
      case 'report.make':
        return { ok: true, value: { documents: [] } };
      case 'watchdog.beat':
      case 'lease.release':
        return { ok: true };
      case 'lease.take':
        // nobody else is there
        return { ok: true, value: { until: effect.time + Number(effect.request.seconds) * 1000 } };
      case 'record.write':
        // as if it were written: whether the record would have allowed it is not known here
        return { ok: true, value: { code: effect.request.code } };
      case 'notify.send':
        return { ok: true };
      case 'confirm.request':
        if (confirmations === 'confirm') return { ok: true, value: effect.request.value };
        return confirmations === 'refuse' ? { ok: false, reason: 'refused' } : { ok: false, reason: 'unknown', unknown: true };
      default:
        return { ok: false, reason: 'unknown', unknown: true };
    }
  };
