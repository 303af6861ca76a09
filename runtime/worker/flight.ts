import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** 24 bytes a slot: f64 shard (0 = free), f64 step, f64 since. */
const SLOT = 24;
const SLOTS = 64;

export interface InFlight {
  readonly shardId: number;
  /** Committed step after which it ran. */
  readonly step: number;
  readonly since: number;
}

/**
 * Which shards' programs are running right now, in a file that survives the process (the kernel keeps the pages of a killed one). Costs one small
 * write as a step starts and one as it ends; the next worker reads who was in the air when a process went down.
 */
export class FlightRecorder {
  private readonly file: string;
  private readonly fd: number;
  private readonly free: number[] = Array.from({ length: SLOTS }, (_, i) => SLOTS - 1 - i);
  private readonly bytes = Buffer.alloc(SLOT);

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.file = join(folder, `${process.pid}-${randomBytes(4).toString('hex')}.flight`);
    this.fd = openSync(this.file, 'w+');
    writeSync(this.fd, Buffer.alloc(SLOT * SLOTS));
  }
  begin(shardId: number, step: number): number | undefined {
    const slot = this.free.pop();
    if (slot === undefined) return undefined;
    this.write(slot, shardId, step, Date.now());
    return slot;
  }
  end(slot: number | undefined): void {
    if (slot === undefined) return;
    this.write(slot, 0, 0, 0);
    this.free.push(slot);
  }
  private write(slot: number, shardId: number, step: number, since: number): void {
    this.bytes.writeDoubleLE(shardId, 0);
    this.bytes.writeDoubleLE(step, 8);
    this.bytes.writeDoubleLE(since, 16);
    writeSync(this.fd, this.bytes, 0, SLOT, slot * SLOT);
  }
  close(): void {
    closeSync(this.fd);
    unlinkSync(this.file);
  }
}

/** What was in the air in processes that are no more; each is told once. */
export function readCrashed(folder: string): InFlight[] {
  const found: InFlight[] = [];
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    return found; // no worker ever ran here
  }
  for (const name of names) {
    const pid = Number(/^(\d+)-\w+\.flight$/.exec(name)?.[1]);
    if (!pid || isAlive(pid)) continue;
    const file = join(folder, name);
    const bytes = readFileSync(file);
    unlinkSync(file);
    for (let at = 0; at + SLOT <= bytes.length; at += SLOT) {
      const shardId = bytes.readDoubleLE(at);
      if (shardId > 0) found.push({ shardId, step: bytes.readDoubleLE(at + 8), since: bytes.readDoubleLE(at + 16) });
    }
  }
  return found;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
