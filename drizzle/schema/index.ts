export * from './alarm.ts';
export * from './app.ts';
export * from './audit.ts';
export * from './connection.ts';
export * from './history.ts';
export * from './market.ts';
export * from './plant.ts';
export * from './run.ts';
