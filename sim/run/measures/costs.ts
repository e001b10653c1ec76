/**
 * What one use of each cryptographic operation costs, in microseconds of processor time: the table
 * that turns counted operations into a time which is the same on every machine. It is a yardstick
 * between architectures, not a promise about a telephone.
 */

/** Where the numbers come from. */
export const COST_SOURCE =
  'measured once with this project’s OpenSSL provider on Node 20.20, one core of an AMD EPYC ' +
  'server: processor time of the fastest of several rounds of 1,500 calls on 256 bytes';

/** Microseconds by the name of the operation, as the observer of the provider tells it. */
export const OPERATION_COSTS: ReadonlyMap<string, number> = new Map([
  ['keyPair', 60],
  ['agree', 46],
  ['sign', 413],
  ['verify', 180],
  ['derive', 3],
  ['mac', 5],
  ['macHolds', 6],
  ['mac512', 8],
  ['mac512Holds', 11],
  ['macSha1', 5],
  ['macSha1Holds', 7],
  ['hkdf', 10],
  ['cbcEncrypt', 7],
  ['cbcDecrypt', 7],
  ['cbcDecryptBlocks', 6],
  ['ctr', 6],
  ['gcmEncrypt', 9],
  ['gcmDecrypt', 9],
  ['sha1', 2],
  ['sha256', 2],
  ['sha512', 3],
  ['md5', 2],
  // 5,200 rounds, as the security code takes.
  ['sha512Rounds', 7_300],
]);
