import { RegisterImage, serveModbus } from './modbus-image.ts';
import { PLANT_A_TAGS } from './plant-a.ts';
import { dataFolder, plantPorts } from './ports.ts';
import { Pump, type PumpNumber } from './pump.ts';
import { serve } from './serve.ts';

/** Three motor-pump sets, Modbus units 1 to 3: float32 input registers 0 speed, 2 temperature, 4 power, 6 vibration. */
await serve('pumps-modbus', async (log) => {
  const { pumps: port } = await plantPorts(dataFolder());
  const now = Date.now();
  const sets = ([1, 2, 3] as const).map((number: PumpNumber) => ({
    number,
    pump: new Pump(number, now),
    image: new RegisterImage(),
    dead: false,
    registers: PLANT_A_TAGS.filter((tag) => tag.source === 'pumps-modbus' && tag.from.model === `pump${number}`).map((tag) => ({
      register: Number(/input\/(\d+):/.exec(tag.address)?.[1]),
      reading: tag.from.reading as keyof ReturnType<Pump['read']>,
    })),
  }));
  const refresh = (time: number) => {
    for (const { pump, image, registers } of sets) {
      pump.advance(time);
      const reading = pump.read();
      for (const entry of registers) image.set(entry.register, 'float32', reading[entry.reading]);
    }
  };
  refresh(now);
  const server = await serveModbus(port, (id) => {
    const set = sets[id - 1];
    return set?.dead ? 'dead' : set && { input: set.image };
  });
  log.info({ event: 'listening', port });
  return {
    tick(time, faults) {
      for (const set of sets) {
        const switched = faults[`pump${set.number}`];
        set.pump.fault = switched.fault;
        set.pump.severity = switched.severity;
        set.dead = switched.dead;
      }
      refresh(time);
    },
    close: () => server.close(),
  };
});
