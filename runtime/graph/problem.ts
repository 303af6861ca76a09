import type { Bilingual } from './document.ts';

/**
 * Something wrong with a graph: what, where and what would be right. The same list feeds the studio's problems panel,
 * the save check, the compiler, `mw run` (exit 2) and the API; `code` is stable.
 */
export interface GraphProblem {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: Bilingual;
  readonly node?: string;
  readonly port?: string;
  readonly wire?: number;
  /** Parameter path inside the node, `condition` or `cases.0.when`. */
  readonly param?: string;
  readonly line?: number;
  readonly column?: number;
  readonly fix?: Bilingual;
}
