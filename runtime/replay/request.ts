import type { Confirmations } from './model-answers.ts';

/** What a shadow was asked to do: the graph beside a running instance, on its live data. */
export interface ShadowRequest extends Pick<RunRequest, 'graph' | 'graphHash' | 'bindings' | 'parameters'> {
  readonly instanceId: string;
  /** How long, ms. */
  readonly forMs: number;
}

/** What a run was asked to do; kept in `run.request`. */
export interface RunRequest {
  /** The graph's bytes, so that what runs is what was seen. */
  readonly graph: string;
  readonly graphHash: string;
  /** Record key of the values: the asset's code. */
  readonly key: string;
  readonly assetId: string;
  /** Role -> tags, as in `instance.bindings`. */
  readonly bindings: Readonly<
    Record<string, { readonly tagId: number; readonly more?: readonly { readonly tagId: number; readonly key: string }[] } | null>
  >;
  readonly parameters: Readonly<Record<string, number | boolean | string>>;
  /** Epoch ms. */
  readonly window: { readonly from: number; readonly to: number };
  readonly input: 'arrived' | 'corrected';
  readonly confirmations: Confirmations;
  /** Also run the version that is live on the asset, and report the difference. */
  readonly compare: boolean;
}
