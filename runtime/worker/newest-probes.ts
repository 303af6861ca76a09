import type { ProbeValue } from '#runtime/step/contract.ts';

/** Wires times keys that one watched instance shows; beyond it, what has been quiet longest goes. */
const MOST = 500;

/** The newest value of each wire and key of one shard: a wire that was quiet in the newest step keeps what it last carried. */
export class NewestProbes {
  private readonly byWire = new Map<string, ProbeValue>();
  private fresh = false;

  take(values: readonly ProbeValue[]): void {
    for (const value of values) {
      const wire = `${value.node}\n${value.port}\n${value.key}`;
      this.byWire.delete(wire);
      this.byWire.set(wire, value);
    }
    for (const wire of this.byWire.keys()) {
      if (this.byWire.size <= MOST) break;
      this.byWire.delete(wire);
    }
    this.fresh ||= values.length > 0;
  }

  /** All of them, once after each change; undefined when nothing is new. */
  read(): ProbeValue[] | undefined {
    if (!this.fresh) return undefined;
    this.fresh = false;
    return [...this.byWire.values()];
  }
}
