/** ISA-95 equipment hierarchy below the organization. */
export const ASSET_LEVELS = ['site', 'area', 'line', 'cell', 'asset'] as const;
export type AssetLevel = (typeof ASSET_LEVELS)[number];

export const TAG_TYPES = ['number', 'integer', 'boolean', 'text', 'wave'] as const;
export type TagType = (typeof TAG_TYPES)[number];
