/** The bytes that open each form of the binary node layout. Source: appendix E. */

export const EMPTY = 0;
export const DOUBLE_0 = 236;
export const DEVICE_JID = 247;
export const LIST_8 = 248;
export const LIST_16 = 249;
export const JID_PAIR = 250;
export const PACKED_HEX = 251;
export const BYTES_8 = 252;
export const BYTES_20 = 253;
export const BYTES_32 = 254;
export const PACKED_NIBBLES = 255;

/** Largest length that `BYTES_20` can tell, plus one. */
export const BYTES_20_END = 1 << 20;
/** Characters that a packed string holds at most. */
export const PACKED_MAX = 127;
/** Fills the last half byte of a packed string of odd length. */
export const FILLER = 15;

/** Servers of device addresses by their domain byte. */
export const DOMAINS: readonly string[] = ['s.whatsapp.net', 'lid'];

/** The flag byte in front of a frame's node: plain, and the bit that says the rest is deflated. */
export const FLAG_PLAIN = 0;
export const FLAG_DEFLATED = 2;
