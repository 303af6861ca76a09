/**
 * Which part of a split instance has a key: FNV-1a over the key's UTF-16 code units, low byte first, then the finalizer of MurmurHash3, so that keys
 * that differ in their last letter alone spread too. It is stored nowhere, and every journal depends on it: it must never change.
 */
export function keyPart(key: string, parts: number): number {
  if (parts <= 1) return 0;
  let h = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    h = Math.imul(h ^ (unit & 0xff), 0x01000193);
    h = Math.imul(h ^ (unit >>> 8), 0x01000193);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) % parts;
}
