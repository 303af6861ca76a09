import type { Bilingual } from './document.ts';

/** Classes of equipment that the product knows by name. A plant may use others: they are called as their makers call them. */
const CLASSES: Readonly<Record<string, Bilingual>> = {
  UtilityStation: { en: 'Utility station', zh: '公用动力站' },
  RotatingMachine: { en: 'Rotating machine', zh: '旋转机械' },
  Compressor: { en: 'Compressor', zh: '压缩机' },
  EnergyMeter: { en: 'Energy meter', zh: '电能表' },
  MachineTool: { en: 'Machine tool', zh: '机床' },
  Pump: { en: 'Pump', zh: '泵' },
};

export const assetClassName = (name: string): Bilingual =>
  Object.hasOwn(CLASSES, name) ? (CLASSES[name] as Bilingual) : { en: name, zh: name };
