import { DataType, makeEUInformation, StatusCodes, standardUnits, type UAVariable, Variant } from 'node-opcua';
import type { FaultState } from './faults.ts';
import { keepStation, openStation } from './kept-station.ts';
import { PLANT_A_ASSETS, PLANT_A_NAMESPACE, PLANT_A_TAGS } from './plant-a.ts';
import { type PlantTag, sentValue } from './plant-tag.ts';
import { dataFolder, plantPorts } from './ports.ts';
import { serve } from './serve.ts';
import { SETPOINT_RANGE } from './station.ts';
import { stationServer } from './station-server.ts';

/** UN/CEFACT units by UCUM code, as OPC UA Part 8 wants them. */
const UNITS: Readonly<Record<string, ReturnType<typeof makeEUInformation>>> = {
  bar: standardUnits.bar,
  mbar: standardUnits.millibar,
  Cel: standardUnits.degree_celsius,
  kW: standardUnits.kilowatt,
  'kW.h': makeEUInformation('KWH', 'kW·h', 'kilowatt hour'),
  'm3/min': standardUnits.cubic_meter_per_minute,
};
const KEEP_EVERY_MS = 10_000;

/** Plant A's compressor station as an OPC UA server: None and Basic256Sha256, measured values, a writable set-point, fault switches. */
await serve('compressor-opcua', async (log, tell) => {
  const folder = dataFolder();
  const { opcua: port } = await plantPorts(folder);
  const station = openStation(folder, 'a', Date.now());
  station.advance(Date.now());

  const server = stationServer(folder, port);
  await server.initialize();
  const space = server.engine.addressSpace;
  if (!space) throw new Error('the OPC UA server has no address space');
  const namespace = space.registerNamespace(PLANT_A_NAMESPACE);
  const root = namespace.addFolder(space.rootFolder.objects, { browseName: 'CompressorStation', nodeId: 's=CompressorStation' });

  const folders = new Map(
    PLANT_A_ASSETS.filter((asset) =>
      PLANT_A_TAGS.some((tag) => tag.asset === asset.code && tag.source === 'compressor-opcua'),
    ).map((asset) => [
      asset.code,
      namespace.addFolder(root, {
        browseName: asset.code,
        nodeId: `s=${asset.code}`,
        displayName: [
          { locale: 'en', text: `${asset.code} ${asset.name.en}` },
          { locale: 'zh', text: `${asset.code} ${asset.name.zh}` },
        ],
      }),
    ]),
  );

  const variables: { readonly tag: PlantTag; readonly variable: UAVariable }[] = [];
  for (const tag of PLANT_A_TAGS) {
    if (tag.source !== 'compressor-opcua') continue;
    const name = tag.name.split('.').at(-1) ?? tag.name;
    const writable = tag.access === 'rw';
    const variable = namespace.addAnalogDataItem({
      componentOf: folders.get(tag.asset) ?? root,
      browseName: name,
      nodeId: `s=${tag.name}`,
      displayName: [
        { locale: 'en', text: tag.title.en },
        { locale: 'zh', text: tag.title.zh },
      ],
      dataType: DataType.Double,
      engineeringUnitsRange: { low: tag.low ?? 0, high: tag.high ?? 1e9 },
      ...(tag.unit && UNITS[tag.unit] ? { engineeringUnits: UNITS[tag.unit] } : {}),
      accessLevel: writable ? 'CurrentRead | CurrentWrite' : 'CurrentRead',
      userAccessLevel: writable ? 'CurrentRead | CurrentWrite' : 'CurrentRead',
      ...(writable
        ? {
            minimumSamplingInterval: 500,
            value: {
              get: () => new Variant({ dataType: DataType.Double, value: station.setpoint }),
              set: (variant: Variant) => {
                const bar = Number(variant.value);
                if (!(bar >= SETPOINT_RANGE[0] && bar <= SETPOINT_RANGE[1])) return StatusCodes.BadOutOfRange;
                station.setpoint = bar;
                log.info({ event: 'setpoint', bar });
                return StatusCodes.Good;
              },
            },
          }
        : {}),
    });
    variables.push({ tag, variable });
  }

  // fault switches, so that a demonstration needs nothing but an OPC UA client
  const switches = namespace.addFolder(root, { browseName: 'Faults', nodeId: 's=Faults' });
  let faults: FaultState['airA'] = { ...station.faults };
  for (const name of ['leak', 'stuckValve', 'sensorFault', 'cloggedFilter'] as const) {
    const dataType = name === 'leak' ? DataType.Double : DataType.Boolean;
    namespace.addVariable({
      componentOf: switches,
      browseName: name,
      nodeId: `s=Faults.${name}`,
      dataType,
      minimumSamplingInterval: 500,
      value: {
        get: () => new Variant({ dataType, value: faults[name] }),
        set: (variant: Variant) => {
          if (name === 'leak' && !(variant.value >= 0 && variant.value <= 20)) return StatusCodes.BadOutOfRange;
          faults = { ...faults, [name]: variant.value };
          tell({ airA: { [name]: variant.value } });
          return StatusCodes.Good;
        },
      },
    });
  }

  const show = (now: number) => {
    const reading: Readonly<Record<string, number | boolean>> = { ...station.read() };
    const at = new Date(now);
    for (const { tag, variable } of variables) {
      const name = tag.from.reading;
      if (name === 'setpoint') {
        variable.touchValue();
        continue;
      }
      const status = name === 'pressure' && !reading.pressureOk ? StatusCodes.BadSensorFailure : StatusCodes.Good;
      variable.setValueFromSource({ dataType: DataType.Double, value: sentValue(tag, Number(reading[name])) }, status, at);
    }
  };
  show(Date.now());
  await server.start();
  log.info({ event: 'listening', endpoint: server.getEndpointUrl() });

  let kept = Date.now();
  let told = '';
  return {
    tick(now, switched) {
      // the switches of the control interface win when they change; in between a client of OPC UA may have its way
      const text = JSON.stringify(switched.airA);
      if (text !== told) {
        told = text;
        faults = { ...switched.airA };
      }
      station.faults = faults;
      station.advance(now);
      show(now);
      if (now - kept < KEEP_EVERY_MS) return;
      kept = now;
      keepStation(folder, 'a', station.snapshot());
    },
    async close() {
      keepStation(folder, 'a', station.snapshot());
      await server.shutdown(500);
    },
  };
});
