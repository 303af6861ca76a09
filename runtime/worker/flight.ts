import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of a slot: f64 shard (0 = free), f64 step, f64 since, u32 length and text of the place where it was last seen. */
const SLOT = 512;
const HEAD = 28;
const SLOTS = 64;

export interface InFlight {
  readonly shardId: number;
  /** Committed step after which it ran. */
  readonly step: number;
  readonly since: number;
  /** Where the program was last seen; only a traced one tells. */
  readonly place?: Place;
}
export interface Place {
  readonly node: string;
  readonly block: string;
  readonly line?: number;
}

/**
 * Which shards' programs are running right now, in a file that survives the process (the kernel keeps the pages of a killed one). Costs one small
 * write as a step starts and one as it ends; the next worker reads who was in the air when a process went down.
 */
export class FlightRecorder {
  private readonly file: string;
  private readonly fd: number;
  private readonly free: number[] = Array.from({ length: SLOTS }, (_, i) => SLOTS - 1 - i);
  private readonly bytes = Buffer.alloc(HEAD);

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
  /** The program is here now: what is left to say when its process goes down without a word. */
  seen(slot: number | undefined, place: Place | undefined): void {
    if (slot === undefined || !place) return;
    const text = Buffer.from(JSON.stringify(place)).subarray(0, SLOT - HEAD);
    const bytes = Buffer.alloc(4 + text.length);
    bytes.writeUInt32LE(text.length, 0);
    text.copy(bytes, 4);
    writeSync(this.fd, bytes, 0, bytes.length, slot * SLOT + HEAD - 4);
  }
  private write(slot: number, shardId: number, step: number, since: number): void {
    this.bytes.writeDoubleLE(shardId, 0);
    this.bytes.writeDoubleLE(step, 8);
    this.bytes.writeDoubleLE(since, 16);
    this.bytes.writeUInt32LE(0, 24);
    writeSync(this.fd, this.bytes, 0, HEAD, slot * SLOT);
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
      if (!(shardId > 0)) continue;
      const place = placeIn(bytes.toString('utf8', at + HEAD, at + HEAD + bytes.readUInt32LE(at + 24)));
      found.push({ shardId, step: bytes.readDoubleLE(at + 8), since: bytes.readDoubleLE(at + 16), ...(place ? { place } : {}) });
    }
  }
  return found;
}

function placeIn(text: string): Place | undefined {
  try {
    return text ? (JSON.parse(text) as Place) : undefined;
  } catch {
    return undefined; // cut short: the process ended while it was written
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
