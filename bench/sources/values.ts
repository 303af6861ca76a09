/** Words between a figure and the process that plays its machines: numbered values, so that what is lost or doubled shows. */
export interface Spread {
  /** Variables that change; the others of the source stand still. */
  readonly active: number;
  readonly periodMs: number;
}
export type ToMachine = { readonly start: { readonly port: number; readonly variables: number } } | { readonly spread: Spread };
export interface FromMachine {
  /** Newest number of every variable. */
  readonly newest: readonly number[];
  /** Values given to whoever listens, since the start. */
  readonly sent: number;
}

/** Less between two values of a variable than a server samples would make it leave one out: a late turn is put off, not made up for. */
const CLOSEST = 0.6;

/** Calls `turn` each period, spread over ten parts of it, as machines that do not wait for each other. */
export function machine(give: (from: number, to: number, next: (variable: number) => number) => void) {
  const PARTS = 10;
  let newest: number[] = [];
  let spread: Spread = { active: 0, periodMs: 1000 };
  let sent = 0;
  let begun = performance.now();
  const lastTurn = Array.from({ length: PARTS }, () => Number.NEGATIVE_INFINITY);
  const due = Array.from({ length: PARTS }, (_, i) => i);
  const next = (variable: number) => {
    sent++;
    newest[variable] = (newest[variable] ?? 0) + 1;
    return newest[variable];
  };
  setInterval(() => {
    const { active, periodMs } = spread;
    if (active === 0) return;
    for (let part = 0; part < PARTS; part++) {
      const now = performance.now();
      const at = begun + ((due[part] ?? 0) * periodMs) / PARTS;
      if (at > now || now - (lastTurn[part] ?? 0) < CLOSEST * periodMs) continue;
      lastTurn[part] = now;
      due[part] = Math.max((due[part] ?? 0) + PARTS, Math.floor(((now - begun) / periodMs) * PARTS - PARTS / 2));
      give(Math.floor((active * part) / PARTS), Math.floor((active * (part + 1)) / PARTS), next);
    }
  }, 2);
  setInterval(() => process.send?.({ newest, sent } satisfies FromMachine), 250);
  process.on('disconnect', () => process.exit(0));
  return {
    of(variables: number) {
      newest = Array.from({ length: variables }, () => 0);
    },
    spread(wanted: Spread) {
      spread = wanted;
      begun = performance.now();
      due.forEach((_, i) => {
        due[i] = i;
      });
    },
  };
}
