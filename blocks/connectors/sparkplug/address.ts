import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';

export interface Address {
  readonly group: string;
  readonly node: string;
  readonly device?: string;
  readonly metric: string;
}
const wrong = (code: string, en: string, zh: string) => ({ ok: false as const, code, message: { en, zh } });

/** `group/node[/device]#metric`; the metric's name may hold slashes, the ids may not. */
export function parseAddress(
  text: string,
): { readonly ok: true; readonly address: Address } | Extract<AddressCheck, { ok: false }> {
  const at = text.indexOf('#');
  const ids = at < 0 ? [] : text.slice(0, at).trim().split('/');
  const metric = at < 0 ? '' : text.slice(at + 1).trim();
  const [group, node, device] = ids;
  if (!group || !node || ids.length > 3 || ids.some((id) => id === '' || /[+\0]/.test(id)) || !metric) {
    return wrong(
      'address.form',
      `“${text}” is not a Sparkplug address. Write group/node/device#metric, for example Plant A/Edge 1/Pump 3#Motor/Speed.`,
      `“${text}”不是 Sparkplug 地址。应写成 组/节点/设备#度量，例如 Plant A/Edge 1/Pump 3#Motor/Speed。`,
    );
  }
  return { ok: true, address: { group, node, ...(device ? { device } : {}), metric } };
}

export const sourceOf = ({ group, node, device }: Omit<Address, 'metric'>): string =>
  device ? `${group}/${node}/${device}` : `${group}/${node}`;

export function checkAddress(text: string, type: TagValueType): AddressCheck {
  const parsed = parseAddress(text);
  if (!parsed.ok) return parsed;
  if (type === 'wave') {
    return wrong(
      'address.tag-type',
      'Sparkplug metrics hold no waveforms. Send them as MQTT messages and use the MQTT connector.',
      'Sparkplug 度量不能承载波形，请用 MQTT 消息发送并使用 MQTT 连接器。',
    );
  }
  return { ok: true };
}
