import { field, z } from '#blocks/sdk/index.ts';

/** The zone of times that carry none, as a setting: `+08:00`. */
export const utcOffset = field(
  z
    .string()
    .regex(/^[+-](0\d|1[0-4]):[0-5]\d$/)
    .default('+00:00'),
  {
    title: { en: 'Zone of times without one', zh: '无时区时间的时区' },
    help: { en: '+08:00 for China', zh: '中国为 +08:00' },
  },
);

/** Minutes east of Greenwich. */
export function offsetMinutesOf(text: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):(\d\d)$/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
