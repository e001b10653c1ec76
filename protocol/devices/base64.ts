/**
 * Standard base64 with padding, without the platform: QR codes and participant hashes use it. RFC
 * 4648, section 4.
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const left = bytes.length - index;
    const [first = 0, second = 0, third = 0] = bytes.subarray(index, index + 3);
    const bits = (first << 16) | (second << 8) | third;
    text += ALPHABET.charAt(bits >> 18) + ALPHABET.charAt((bits >> 12) & 63);
    text += left > 1 ? ALPHABET.charAt((bits >> 6) & 63) : '=';
    text += left > 2 ? ALPHABET.charAt(bits & 63) : '=';
  }
  return text;
}

/** The bytes, or `undefined` unless `text` is exactly what `base64` would write for them. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  for (let index = 0; index < text.length; index += 1) {
    const isPadding = index >= text.length - padding;
    const value = isPadding ? 0 : ALPHABET.indexOf(text.charAt(index));
    if (value < 0) return undefined;
    bits = (bits << 6) | value;
    if (index % 4 === 3) {
      const at = (index >> 2) * 3;
      bytes.set([bits >> 16, (bits >> 8) & 255, bits & 255].slice(0, bytes.length - at), at);
      bits = 0;
    }
  }
  return base64(bytes) === text ? bytes : undefined;
}
