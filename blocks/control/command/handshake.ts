/** What a device says of a command by its state tag, as numbers that never go back while one command runs. */
export const NOTHING = 0;
export const ACCEPTED = 3;
export const RUNNING = 4;
export const DONE = 7;
export const FAILED = 8;

export interface Codes {
  readonly accepted?: number | undefined;
  readonly running?: number | undefined;
  readonly done: number;
  readonly failed?: number | undefined;
}

/** The state that a code means. */
export function meaning(code: number, codes: Codes): number {
  if (code === codes.done) return DONE;
  if (codes.failed !== undefined && code === codes.failed) return FAILED;
  if (codes.running !== undefined && code === codes.running) return RUNNING;
  if (codes.accepted !== undefined && code === codes.accepted) return ACCEPTED;
  return NOTHING;
}
