/** Why something does not run: `code` is stable, `node` and `line` lead to the place. */
export interface Reason {
  readonly code: string;
  /** English sentence. */
  readonly message: string;
  /** The same in Chinese, where the platform says it; absent where it is an author's or a program's own text. */
  readonly zh?: string;
  readonly node?: string;
  readonly line?: number;
}
