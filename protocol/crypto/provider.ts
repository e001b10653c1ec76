/**
 * The one door to cryptography (contract 14). Every function is synchronous and deterministic:
 * randomness is an argument. Back ends: `noble` (everywhere) and `openssl` (Node); both give the
 * same bytes and refuse the same inputs. Derivations return separate, fresh arrays, so that an
 * observer can follow each key. Callers never mutate an array they passed in or received: back ends
 * cache by identity.
 */

/**
 * An X25519 key pair. `privateKey`: 32 bytes, clamped; `publicKey`: 32 raw bytes (no type byte).
 */
export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

export interface CryptoProvider {
  /** `noble`, `openssl`; an observer keeps the name of what it wraps. */
  readonly name: string;

  /** Clamps 32 secret bytes and computes the public key. Specification 1.2. */
  keyPair(seed: Uint8Array): KeyPair;

  /**
   * X25519: 32 bytes, or `undefined` when `publicKey` is not 32 bytes, is non-canonical (u >= p),
   * has low order, or the result is all zero (specification 1.2).
   */
  agree(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined;

  /**
   * XEdDSA signature, 64 bytes, of `message` under a clamped X25519 key; `z` = 64 secret bytes.
   * Specification 1.3.
   */
  sign(privateKey: Uint8Array, message: Uint8Array, z: Uint8Array): Uint8Array;

  /**
   * Whether the XEdDSA signature holds: libsignal's acceptance (`s` reduced modulo the order, top 3
   * bits of s clear).
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;

  /** HMAC-SHA-256 as a key derivation (chain steps): 32 bytes, a fresh key. */
  derive(key: Uint8Array, message: Uint8Array): Uint8Array;

  /** HMAC-SHA-256 as a MAC, cut to `length` bytes (1..32). */
  mac(key: Uint8Array, message: Uint8Array, length: number): Uint8Array;

  /**
   * Whether `expected` (1..32 bytes) is the leading part of the HMAC-SHA-256; compared in constant
   * time.
   */
  macHolds(key: Uint8Array, message: Uint8Array, expected: Uint8Array): boolean;

  /** HMAC-SHA-512 as a MAC, cut to `length` bytes (1..64). Specification 8.5. */
  mac512(key: Uint8Array, message: Uint8Array, length: number): Uint8Array;

  /**
   * Whether `expected` (1..64 bytes) is the leading part of the HMAC-SHA-512; compared in constant
   * time.
   */
  mac512Holds(key: Uint8Array, message: Uint8Array, expected: Uint8Array): boolean;

  /** HMAC-SHA-1 as a MAC, cut to `length` bytes (1..20): call media only. Specification 9.6. */
  macSha1(key: Uint8Array, message: Uint8Array, length: number): Uint8Array;

  /**
   * Whether `expected` (1..20 bytes) is the leading part of the HMAC-SHA-1; compared in constant
   * time.
   */
  macSha1Holds(key: Uint8Array, message: Uint8Array, expected: Uint8Array): boolean;

  /**
   * RFC 5869 with SHA-256. `salt` undefined = 32 zero bytes. `info` is ASCII text. One fresh array
   * per length, in order.
   */
  hkdf(
    keyMaterial: Uint8Array,
    salt: Uint8Array | undefined,
    info: string,
    lengths: readonly number[],
  ): Uint8Array[];

  /** AES-256-CBC with PKCS#7. `key` 32 bytes, `iv` 16 bytes. */
  cbcEncrypt(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** `undefined` when the length is not a positive multiple of 16 or the padding is wrong. */
  cbcDecrypt(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;

  /**
   * AES-256-CBC of whole blocks without padding, for a part from within a file; `undefined` when
   * the length is not a multiple of 16.
   */
  cbcDecryptBlocks(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array | undefined;

  /** AES-CTR, key of 16 or 32 bytes, 16-byte initial counter block; its own inverse. */
  ctr(key: Uint8Array, counterBlock: Uint8Array, input: Uint8Array): Uint8Array;

  /** AES-256-GCM, 12-byte nonce; output is ciphertext || 16-byte tag. */
  gcmEncrypt(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    plaintext: Uint8Array,
  ): Uint8Array;
  /** `undefined` when the tag does not hold. */
  gcmDecrypt(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    sealed: Uint8Array,
  ): Uint8Array | undefined;

  sha1(message: Uint8Array): Uint8Array;
  sha256(message: Uint8Array): Uint8Array;
  sha512(message: Uint8Array): Uint8Array;
  /**
   * `h = start`, then `count` times (at least once) `h = SHA-512(h || suffix)`: 64 bytes. One use
   * for an observer. Specification 10.1.
   */
  sha512Rounds(start: Uint8Array, suffix: Uint8Array, count: number): Uint8Array;
  md5(message: Uint8Array): Uint8Array;
}
