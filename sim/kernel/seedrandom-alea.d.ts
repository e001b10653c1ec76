/**
 * Types of the one file of `seedrandom` that is imported (its main file calls `Math.random` when
 * loaded).
 */
declare module 'seedrandom/lib/alea.js' {
  interface AleaGenerator {
    /** Uniform over all signed 32-bit integers. */
    int32(): number;
  }
  function alea(seed: string): AleaGenerator;
  export = alea;
}
