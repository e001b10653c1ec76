/**
 * What a phone's radio costs, by the tail-energy model: every use promotes a resting radio and
 * keeps it in its high-power state for a while afterwards, which is most of the energy. The
 * constants are published measurements; the connection's keep-alives are uses like any other.
 */

import type { OpenStretch, RadioUse } from './traffic.ts';

/** What one kind of radio draws. */
export interface RadioModel {
  readonly name: string;
  /** From rest to work. */
  readonly promotionUs: number;
  readonly promotionWatts: number;
  /** High power after the last use. */
  readonly tailUs: number;
  readonly tailWatts: number;
  /** Joules for each byte on top. */
  readonly upJoulesPerByte: number;
  readonly downJoulesPerByte: number;
}

/**
 * Where the constants of all three come from. Assumption: the numbers are those of the paper's
 * power model for one handset and one operator; that the paper has the model, and finds the tail to
 * be what costs most, was looked up, the single numbers were not. The 3G tail is its first and
 * longest state (DCH); the short second one (FACH) is left out.
 */
export const RADIO_SOURCE =
  'J. Huang, F. Qian, A. Gerber, Z. M. Mao, S. Sen, O. Spatscheck: A Close Examination of ' +
  'Performance and Power Characteristics of 4G LTE Networks, MobiSys 2012, ' +
  'doi:10.1145/2307636.2307658 (power model: promotion, tail, and milliwatts per Mbit/s). ' +
  'Assumption: the single numbers were not checked against the tables of the paper';

/** Milliwatts per Mbit/s are nanojoules per bit: eight of them are what a byte takes. */
function perByte(milliwattsPerMegabit: number): number {
  return (milliwattsPerMegabit * 8) / 1e9;
}

const LTE: RadioModel = {
  name: 'LTE',
  promotionUs: 260_100,
  promotionWatts: 1.2107,
  tailUs: 11_576_000,
  tailWatts: 1.06,
  upJoulesPerByte: perByte(438.39),
  downJoulesPerByte: perByte(51.97),
};

const THREE_G: RadioModel = {
  name: '3G',
  promotionUs: 582_100,
  promotionWatts: 0.6594,
  tailUs: 8_088_200,
  tailWatts: 0.8039,
  upJoulesPerByte: perByte(868.98),
  downJoulesPerByte: perByte(122.12),
};

const WIFI: RadioModel = {
  name: 'Wi-Fi',
  promotionUs: 79_100,
  promotionWatts: 0.1244,
  tailUs: 238_100,
  tailWatts: 0.1193,
  upJoulesPerByte: perByte(283.17),
  downJoulesPerByte: perByte(137.01),
};

/** The radios, as the report prints them. */
export const RADIO_MODELS: readonly RadioModel[] = [LTE, THREE_G, WIFI];

/**
 * The radio behind a network of the scenario language. Assumption: whatever is not Wi-Fi or the
 * edge of a 3G cell is LTE, satellite links too.
 */
export function radioOf(network: string): RadioModel {
  if (network === 'wifi' || network === 'perfect') return WIFI;
  return network === 'mobile-lossy' ? THREE_G : LTE;
}

/** What a radio did. */
export interface RadioBill {
  /** Times it left rest. */
  readonly wakeUps: number;
  readonly activeUs: number;
  readonly joules: number;
}

/**
 * Adds up a phone's uses and its keep-alives, one every `pingUs` of an open connection.
 * `modelAt` says which radio is in use at a moment.
 */
export function radioBill(
  uses: readonly RadioUse[],
  stretches: readonly OpenStretch[],
  pingUs: number,
  endUs: number,
  modelAt: (timeUs: number) => RadioModel,
): RadioBill {
  const all = [...uses];
  for (const { fromUs, untilUs } of stretches) {
    for (let timeUs = fromUs + pingUs; timeUs <= untilUs; timeUs += pingUs) {
      all.push({ timeUs, bytesUp: 0, bytesDown: 0 });
    }
  }
  all.sort((one, other) => one.timeUs - other.timeUs);
  const bill = { wakeUps: 0, activeUs: 0, joules: 0 };
  let restsFromUs = -1;
  for (const { timeUs, bytesUp, bytesDown } of all) {
    const model = modelAt(timeUs);
    const { promotionUs, promotionWatts, tailUs, tailWatts } = model;
    let fromUs = restsFromUs;
    if (timeUs > restsFromUs) {
      bill.wakeUps++;
      bill.activeUs += promotionUs;
      bill.joules += (promotionUs * promotionWatts) / 1e6;
      fromUs = timeUs;
    }
    const untilUs = Math.min(timeUs + tailUs, endUs);
    const tail = Math.max(0, untilUs - fromUs);
    bill.activeUs += tail;
    bill.joules += (tail * tailWatts) / 1e6;
    bill.joules += bytesUp * model.upJoulesPerByte + bytesDown * model.downJoulesPerByte;
    restsFromUs = Math.max(restsFromUs, untilUs);
  }
  return bill;
}
