import { keepStation, openStation } from './kept-station.ts';
import { exception, type RawType, RegisterImage, serveModbus } from './modbus-image.ts';
import { PLANT_B_TAGS, PLANT_B_UNIT } from './plant-b.ts';
import { dataFolder, plantPorts } from './ports.ts';
import { serve } from './serve.ts';
import { SETPOINT_RANGE } from './station.ts';
import { barOfPsi, fromModel } from './units-of-plant-b.ts';

/** The PLC works through its program every five seconds. */
const SCAN_MS = 5000;

/** Plant B: the compressor station behind one Modbus unit, whole numbers in psi, °F and cubic feet (`plant-b.ts` is its register map). */
await serve('plant-b-modbus', async (log) => {
  const folder = dataFolder();
  const { plantB: port } = await plantPorts(folder);
  const station = openStation(folder, 'b', Date.now());
  const image = new RegisterImage();
  const registers = PLANT_B_TAGS.map((tag) => {
    const [, register, raw] = /holding\/(\d+):(\w+)/.exec(tag.address) ?? [];
    return { tag, register: Number(register), raw: raw as RawType };
  });
  const setpointRegister = registers.find((entry) => entry.tag.from.reading === 'setpoint')?.register;

  const scan = (time: number) => {
    station.advance(time);
    const reading: Readonly<Record<string, number | boolean>> = { ...station.read() };
    for (const { tag, register, raw } of registers) {
      image.set(register, raw, fromModel(Number(reading[tag.from.reading]), tag.unit) / (tag.gain ?? 1));
    }
    keepStation(folder, 'b', station.snapshot());
  };
  scan(Date.now());
  const server = await serveModbus(port, (id) =>
    id === PLANT_B_UNIT
      ? {
          holding: image,
          write(register, word) {
            if (register !== setpointRegister) throw exception(2, `register ${register} is read-only`);
            const bar = barOfPsi(word / 10);
            if (bar < SETPOINT_RANGE[0] || bar > SETPOINT_RANGE[1])
              throw exception(3, `set-point ${word / 10} psi is outside the range`);
            station.setpoint = bar;
            image.set(register, 'uint16', word);
            log.info({ event: 'setpoint', psi: word / 10 });
          },
        }
      : undefined,
  );
  log.info({ event: 'listening', port });
  let last = 0;
  return {
    tick(time, faults) {
      station.faults = faults.airB;
      if (time - last < SCAN_MS - 500) return;
      last = time;
      scan(time);
    },
    async close() {
      await server.close();
      keepStation(folder, 'b', station.snapshot());
    },
  };
});
