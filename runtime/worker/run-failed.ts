import type { Reason } from '#drizzle/schema/reason.ts';

/** A run that cannot be done as it was asked for: a person can put it right. */
export class RunFailed extends Error {
  readonly fault: Reason;
  constructor(fault: Reason) {
    super(fault.message);
    this.name = 'RunFailed';
    this.fault = fault;
  }
}
