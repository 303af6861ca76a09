/** Limits of one program. They are derived here, carried all the way into the isolate and tested by exceeding them. */
export interface Limits {
  /** V8 counts heap and buffers; an isolate is ended at about 1.4–2.2 × this. */
  readonly memoryMb: number;
  /** CPU of one call on the isolate's thread. */
  readonly timeoutMs: number;
  /** What no timeout can interrupt (a built-in that loops in C++) is given up after this; the process must then be replaced. */
  readonly hostDeadlineMs: number;
  readonly rows: number;
  readonly effects: number;
  readonly alarms: number;
  /** Refused rows reported one by one; more are only counted. */
  readonly dead: number;
  /** Size of one step's result. */
  readonly bytes: number;
  /** Size of the saved state. */
  readonly stateBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  // a program with the block library needs 2 MB; the rest is for state and frames
  memoryMb: 64,
  // a step of 10,000 records through ten blocks takes about 1 ms
  timeoutMs: 1_000,
  // waiting for a pool thread counts too, so well above the timeout
  hostDeadlineMs: 5_000,
  // one scan group of 1,000 tags for 16 entries, tenfold
  rows: 200_000,
  // an app that asks for more acts in one step is in a loop
  effects: 1_000,
  alarms: 10_000,
  dead: 1_000,
  bytes: 32 << 20,
  stateBytes: 64 << 20,
};
