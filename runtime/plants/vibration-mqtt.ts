import { packWave } from '#blocks/connectors/payload/payload.ts';
import { openDeviceLink } from './device-link.ts';
import { VIBRATION_TOPIC } from './plant-a.ts';
import { Pump, WAVE_RATE } from './pump.ts';
import { serve } from './serve.ts';

/** Status every 2 s; a second of waveform (192 kB) every 10 s, which is 1.7 GB a day on the wire. */
const STATUS_MS = 2000;
const WAVE_MS = 10_000;
/** The sensor remembers half an hour of status while its broker is away; waveforms are too large for its memory. */
const REMEMBERED = 900;
const MOST_IN_FLIGHT = 20;

/** Vibration sensor on pump 1: JSON on `Baoan/pump-201/status`, `application/x-mw-wave` on `Baoan/pump-201/wave`, QoS 1. */
await serve('vibration-mqtt', async (log) => {
  const pump = new Pump(1, Date.now());
  const waiting: string[] = [];
  let inFlight = 0;
  const flush = () => {
    while (waiting.length > 0 && inFlight < MOST_IN_FLIGHT) {
      const status = waiting[0] ?? '';
      const going = link.publish(`${VIBRATION_TOPIC}/status`, status, 1, (sent) => {
        inFlight--;
        if (sent) flush();
        else waiting.unshift(status);
      });
      if (!going) return;
      waiting.shift();
      inFlight++;
    }
  };
  const link = openDeviceLink('vib-p201', log, { connected: () => flush() });
  let lastStatus = 0;
  let lastWave = 0;
  return {
    tick(now, faults) {
      pump.fault = faults.pump1.fault;
      pump.severity = faults.pump1.severity;
      pump.advance(now);
      if (now - lastStatus >= STATUS_MS - 500) {
        lastStatus = now;
        const { temperature, vibration, speed } = pump.read();
        const round = (value: number) => Math.round(value * 1000) / 1000;
        waiting.push(
          JSON.stringify({
            ts: new Date(now).toISOString(),
            temperature: round(temperature),
            vibration: round(vibration),
            speed: round(speed),
            battery: 87,
          }),
        );
        if (waiting.length > REMEMBERED) waiting.shift();
        flush();
      }
      if (now - lastWave >= WAVE_MS - 500 && link.connected) {
        lastWave = now;
        link.publish(`${VIBRATION_TOPIC}/wave`, packWave({ t0: now - 1000, rate: WAVE_RATE, values: pump.wave() }), 1);
      }
    },
    close: () => link.close(),
  };
});
