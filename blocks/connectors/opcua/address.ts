import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';

const wrong = (code: string, en: string, zh: string) => ({ ok: false as const, code, message: { en, zh } });
const NODE_ID =
  /^(?:ns=\d{1,5};|nsu=[^;]+;)?(?:i=\d{1,10}|s=.+|g=[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|b=[A-Za-z0-9+/]+=*)$/;

/** A NodeId in the text form of OPC UA Part 6, 5.3.1.10; `nsu=` names the namespace by its URI, which survives a renumbering. */
export function checkAddress(text: string, type: TagValueType): AddressCheck {
  if (!NODE_ID.test(text.trim())) {
    return wrong(
      'address.form',
      `“${text}” is not a NodeId. Write ns=2;s=Air.Pressure, ns=3;i=1001 or nsu=http://maker.example/UA;s=Speed.`,
      `“${text}”不是 NodeId。应写成 ns=2;s=Air.Pressure、ns=3;i=1001 或 nsu=http://maker.example/UA;s=Speed。`,
    );
  }
  if (type === 'wave') {
    return wrong(
      'address.tag-type',
      'A waveform cannot be taken from a single OPC UA variable yet. Use a tag of another type.',
      '暂不支持从单个 OPC UA 变量取得波形，请改用其他类型。',
    );
  }
  return { ok: true };
}
