import { decodePayload, encodePayload, type Metric, TYPES } from '#blocks/connectors/sparkplug/payload.ts';
import { openDeviceLink } from './device-link.ts';
import { PLANT_A_TAGS, SPARKPLUG_DEVICE, SPARKPLUG_GROUP, SPARKPLUG_NODE } from './plant-a.ts';
import { sentValue } from './plant-tag.ts';
import { serve } from './serve.ts';
import { SiteLoad } from './site-load.ts';

const DATA_MS = 2000;
const topic = (kind: string, device?: string) =>
  `spBv1.0/${SPARKPLUG_GROUP}/${kind}/${SPARKPLUG_NODE}${device ? `/${device}` : ''}`;

/**
 * Sparkplug B edge node `Baoan/EN-01` with the electricity meter `MTR-01` behind it: numbered births and deaths, names in births and
 * aliases in data, rebirth on request (Sparkplug 3.0.0, chapters 5 and 6).
 */
await serve('meters-sparkplug', async (log) => {
  const site = new SiteLoad();
  const metrics = PLANT_A_TAGS.filter((tag) => tag.source === 'meters-sparkplug').map((tag, i) => ({
    tag,
    name: tag.address.slice(tag.address.indexOf('#') + 1),
    alias: i + 10,
    reading: tag.from.reading as keyof ReturnType<SiteLoad['read']>,
  }));
  let birth = Math.floor(Date.now() / 1000) % 256;
  let seq = 0;
  let meterOn = false;
  let offline = false;
  const send = (kind: string, device: string | undefined, list: readonly Metric[]): void => {
    const payload = encodePayload({ timestamp: Date.now(), seq, metrics: list });
    if (link.publish(topic(kind, device), payload, 0)) seq = (seq + 1) % 256;
  };
  const nodeBirth = () => {
    seq = 0;
    const now = Date.now();
    send('NBIRTH', undefined, [
      { name: 'bdSeq', timestamp: now, datatype: TYPES.Int64, value: birth },
      { name: 'Node Control/Rebirth', timestamp: now, datatype: TYPES.Boolean, value: false },
    ]);
    meterOn = false;
    if (!offline) meterBirth();
  };
  const meterBirth = () => {
    meterOn = true;
    const now = Date.now();
    const reading = site.read(now);
    send(
      'DBIRTH',
      SPARKPLUG_DEVICE,
      metrics.map(({ tag, name, alias, reading: key }) => ({
        name,
        alias,
        timestamp: now,
        datatype: TYPES.Double,
        value: sentValue(tag, reading[key]),
        properties: { engUnit: tag.unit ?? '1', engLow: tag.low ?? 0, ...(tag.high === undefined ? {} : { engHigh: tag.high }) },
      })),
    );
  };
  const death = () => encodePayload({ timestamp: Date.now(), metrics: [{ name: 'bdSeq', datatype: TYPES.Int64, value: birth }] });
  const link = openDeviceLink(`edge-${SPARKPLUG_NODE}`, log, {
    will() {
      birth = (birth + 1) % 256;
      return { topic: topic('NDEATH'), payload: death() };
    },
    subscribe: [topic('NCMD')],
    connected: () => nodeBirth(),
    message(_topic, bytes) {
      const asked = decodePayload(bytes).metrics.some(
        (metric) => metric.name === 'Node Control/Rebirth' && metric.value === true,
      );
      if (!asked) return;
      log.info({ event: 'rebirth' });
      nodeBirth();
    },
  });
  let last = 0;
  return {
    tick(now, faults) {
      offline = faults.meters.offline;
      if (!link.connected) return;
      if (offline && meterOn) {
        meterOn = false;
        send('DDEATH', SPARKPLUG_DEVICE, []);
      } else if (!offline && !meterOn) meterBirth();
      if (!meterOn || now - last < DATA_MS - 500) return;
      last = now;
      const reading = site.read(now);
      send(
        'DDATA',
        SPARKPLUG_DEVICE,
        metrics.map(({ tag, alias, reading: key }) => ({
          alias,
          timestamp: now,
          datatype: TYPES.Double,
          value: sentValue(tag, reading[key]),
        })),
      );
    },
    close: () => link.close({ topic: topic('NDEATH'), payload: death() }),
  };
});
