/**
 * Names of machines: a device by its own name, and the second machine a `clone` entry starts for
 * it, `alice.phone~clone`.
 */

const CLONE = '~clone';

/** The device that a machine stands for: `alice.phone~clone` and `alice.phone` give the latter. */
export function deviceOfMachine(machine: string): string {
  return machine.endsWith(CLONE) ? machine.slice(0, -CLONE.length) : machine;
}

/** The second machine of a device. */
export function cloneOf(device: string): string {
  return device + CLONE;
}
