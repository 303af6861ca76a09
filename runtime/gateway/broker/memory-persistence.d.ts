/** The promise form of aedes' own memory, whose types stand elsewhere in its package. */
declare module 'aedes-persistence/asyncPersistence.js' {
  export { default } from 'aedes-persistence/types/asyncPersistence';
}
