/** A plant: numbered messages, each kept and sent again until it is acknowledged. */
import { type DeviceOptions, MqttDevice } from './mqtt-device.ts';

const STEP_MS = 10;
/** First level: the name that belongs to the organization at the platform's broker. */
export const NAME = 'plant';
export const TOPIC = `${NAME}/line`;

/** Value of a field in message `n`: waves of different lengths with a pattern that no sample shares with its neighbour. */
export const sampleOf = (field: number, n: number): number =>
  5 + 4 * Math.sin(n / (60 + field)) + ((n * 7919 + field * 104_729) % 1_000) / 1_000;

export interface Source {
  readonly connected: boolean;
  /** Messages made so far; they are numbered from 1. */
  readonly sent: number;
  /** Of these, not acknowledged yet. */
  readonly open: number;
  readonly timeOf: (n: number) => number;
  begin(): void;
  end(): void;
  close(): void;
}

/** One message every 10 ms with `fields` samples in it. Time that this process lost is made up for, so the rate holds under load. */
export function openSource(fields: number, broker: Omit<DeviceOptions, 'topic'>, now: () => number = Date.now): Source {
  const device = new MqttDevice({ ...broker, topic: TOPIC });
  let sent = 0;
  let t0 = 0;
  let timer: NodeJS.Timeout | undefined;
  const timeOf = (n: number) => t0 + n * STEP_MS;
  return {
    get connected() {
      return device.connected;
    },
    get sent() {
      return sent;
    },
    get open() {
      return device.open;
    },
    timeOf,
    begin() {
      t0 = now();
      timer = setInterval(() => {
        while (timeOf(sent + 1) <= now()) {
          const n = ++sent;
          const payload: Record<string, number> = { t: timeOf(n), n };
          for (let k = 0; k < fields; k++) payload[`f${k}`] = sampleOf(k, n);
          device.publish(Buffer.from(JSON.stringify(payload)));
        }
      }, STEP_MS);
    },
    end: () => clearInterval(timer),
    close: () => device.close(),
  };
}
