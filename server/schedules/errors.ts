import { defineErrors } from '../errors.ts';

export const schedulesFailed = defineErrors({
  'schedules.no-place': {
    family: 'user',
    status: 400,
    en: 'Shifts belong to a site, an area or a line; {code} is a machine. Choose the place above it.',
    zh: '班次属于站点、区域或产线；{code} 是设备。请选择其上级。',
  },
});
