/**
 * Every limit of the protocol: value, source, and what raising or lowering it does. Section numbers
 * are those of the protocol specification.
 */

/**
 * Companions beside the phone (5.1). Raising it costs one more ciphertext per message and
 * companion.
 */
export const COMPANIONS_MAX = 4;

/**
 * Archived sessions kept per address (3.2). Lower: very late messages of old sessions become
 * undecryptable.
 */
export const ARCHIVED_SESSIONS_MAX = 40;
/** Receiver chains kept per session (3.2). Lower: messages delayed over many turns are lost. */
export const RECEIVER_CHAINS_MAX = 5;
/**
 * Skipped message keys kept per chain (3.2). Lower: less tolerance for gaps; higher: more keys at
 * rest.
 */
export const SKIPPED_KEYS_MAX = 2_000;
/**
 * Largest jump of a counter within a chain (3.2). Higher: one hostile message costs the receiver
 * more work.
 */
export const FORWARD_JUMP_MAX = 2_000;

/**
 * States kept per sender and group (4.2). Lower: messages delayed over several rotations are lost.
 */
export const SENDER_KEY_STATES_MAX = 5;

/**
 * Members of a group, the creator among them (7.3: 256 in 2021, 1,024 later). Higher: the first
 * message after a removal carries that many more keys.
 */
export const GROUP_MEMBERS_MAX = 1_024;

/** A device refills when the server reports fewer one-time prekeys than this (1.5). */
export const PREKEY_REFILL_BELOW = 5;
/** Prekey ids run 1..0xFFFFFE and wrap to 1; 0 means "none" to some peers (1.4). */
export const PREKEY_ID_MAX = 0xff_ff_fe;
/** Prekey upload back-off: Fibonacci seconds up to this (1.5). */
export const PREKEY_UPLOAD_BACKOFF_MAX_S = 610;
/** Signed prekey rotation period (1.5, "about monthly"). Assumption: 30 days. */
export const SIGNED_PREKEY_ROTATION_US = 30 * 86_400_000_000;
/**
 * How long a rotated-out signed prekey still opens messages. Assumption: as long as the server
 * queues them, 30 days.
 */
export const SIGNED_PREKEY_GRACE_US = 30 * 86_400_000_000;

/**
 * Stanzas with ciphertext that may wait for the server, and the keys a sending chain skips before
 * its first use after a boot: a disk that lost its last commits can have lost that many uses which
 * nobody else has seen. Higher: more skipped keys at the peers after each boot.
 */
export const SEALED_PER_STEP_MAX = 16;

/**
 * Retry receipts per message and device (6.9): four. Higher: longer ping-pong before a loss is
 * admitted.
 */
export const RETRY_COUNT_MAX = 4;
/** From this count on a retry receipt carries a keys bundle (6.9). */
export const RETRY_KEYS_FROM_COUNT = 2;
/** Sessions with one device are re-created at most this often for retries (6.9). */
export const SESSION_RECREATION_INTERVAL_US = 3_600_000_000;
/**
 * Sent messages kept for retries (6.9: 256 or 512 in other clients). Lower: late retries go
 * unanswered.
 */
export const RESEND_CACHE_MAX = 512;

/** Backfill of devices learned from a stale-list answer, counted from that ack (5.14). */
export const BACKFILL_WINDOW_US = 5 * 60_000_000;
/** Undelivered copies stay in a device's queue this long (6.8). */
export const QUEUE_RETENTION_US = 30 * 86_400_000_000;
/** The file store keeps a file this long (9.4: about 30 days). Lower: more re-uploads. */
export const BLOB_RETENTION_US = 30 * 86_400_000_000;
/**
 * Requests a device has under way at the file store. Assumption. Higher: small files come sooner,
 * large ones share the link.
 */
export const BLOB_ERRANDS_IN_FLIGHT_MAX = 4;
/** Largest file of a message: encrypted, it has to fit one frame. */
export const MEDIA_BYTES_MAX = 15 * 1024 * 1024;
/** Encrypted files a device keeps, so that it can upload them again (9.5). Assumption. */
export const MEDIA_KEPT_BYTES_MAX = 32 * 1024 * 1024;
/** How often a file that arrived damaged is fetched anew before it is asked for again. */
export const MEDIA_FETCHES_MAX = 3;
/** How often a file is asked for again (9.5) before it is called missing. Assumption. */
export const MEDIA_REQUESTS_MAX = 3;

/** History: conversations and bytes before compression of one chunk (8.2). */
export const HISTORY_CONVERSATIONS_MAX = 25;
export const HISTORY_CHUNK_BYTES_MAX = 1024 * 1024;
/** Messages of one chunk, each a record of the commit that takes it. Assumption. */
export const HISTORY_CHUNK_MESSAGES_MAX = 2_000;
/** Largest chunk believed, inflated: a chunk may end with one long message more. */
export const HISTORY_INFLATED_BYTES_MAX = 4 * 1024 * 1024;
/** Newest messages of each chat in the first chunk (8.2: "few"). Assumption. */
export const HISTORY_BOOTSTRAP_MESSAGES = 10;
/** How far back RECENT goes (8.2: about three months), and FULL. */
export const HISTORY_RECENT_US = 90 * 86_400_000_000;
export const HISTORY_FULL_US = 365 * 86_400_000_000;
/**
 * A part of the history that a companion was told of and has not taken is told of again after this
 * long, then after twice as long, and so on, this many times. Assumption.
 */
export const HISTORY_AGAIN_US = 120_000_000;
export const HISTORY_TELLINGS_MAX = 5;
/** Longest name that is believed to be somebody's, in UTF-16 units. */
export const PUSH_NAME_LENGTH_MAX = 200;
/** Names believed of one part of the history. Assumption: more contacts than anybody has. */
export const PUSH_NAMES_MAX = 10_000;
/** A companion without its first history by then logs itself out (8.2). */
export const HISTORY_DEADLINE_US = 180_000_000;
/** Chunks of one companion's history under way at once. Assumption. */
export const HISTORY_WINDOW = 4;
/** Messages a companion gets at once when it asks for older ones (8.2). */
export const HISTORY_ON_DEMAND_MESSAGES = 50;
/** A companion asks its phone for a message it cannot open after this long (6.9). */
export const PLACEHOLDER_ASK_US = 5_000_000;
/** Only for messages younger than this (6.9). */
export const PLACEHOLDER_ASK_AGE_MAX_US = 14 * 86_400_000_000;

/** Companions are logged out when the phone has not connected for longer than this (5.9). */
export const PRIMARY_ABSENCE_MAX_US = 14 * 86_400_000_000;
/**
 * An unacknowledged stanza older than this closes the connection, so that it is sent again
 * (contract 3).
 */
export const UNACKNOWLEDGED_MAX_US = 60_000_000;

/** Linking: QR references per connection, life of the first and of each other (5.3). */
export const QR_REFS = 6;
export const QR_FIRST_US = 60_000_000;
export const QR_NEXT_US = 20_000_000;

/**
 * Reconnect back-off of a device: Fibonacci seconds up to this. Assumption: public clients use 1 s
 * to some minutes.
 */
export const RECONNECT_BACKOFF_MAX_S = 55;
/**
 * A device whose place another machine with its keys took comes back after this, then after
 * Fibonacci multiples of it up to the most; a connection that held for `REPLACED_CALM_US` begins
 * the row anew. Assumption: public clients stay away until a person acts. Lower: a clone and its
 * original make each other's sessions anew more often.
 */
export const REPLACED_BACKOFF_FIRST_S = 30;
export const REPLACED_BACKOFF_MAX_S = 240;
export const REPLACED_CALM_US = 10 * 60_000_000;

/**
 * Largest stanza, and decoder limit (6.10, appendix E): the length of a frame has 3 bytes and
 * covers the stanza and a tag of 16. Cannot be raised; lower, and fewer copies fit one fanout.
 */
export const FRAME_BYTES_MAX = 2 ** 24 - 1 - 16;
/** Largest handshake message (Noise revision 34, section 3). Frames may be larger (6.10). */
export const NOISE_MESSAGE_BYTES_MAX = 65_535;
/** Last nonce of a direction (6.10: 32 bits); the connection ends there. */
export const NOISE_COUNTER_MAX = 2 ** 32 - 1;
/**
 * Largest stanza the server takes from a device: passed on, it may take twice the bytes (packed
 * text is written plain), and has to fit a frame still.
 */
export const STANZA_BYTES_MAX = 4 * 1024 * 1024;
/** Expired copies reported at one login; the rest wait for the next. */
export const EXPIRED_REPORT_MAX = 1_000;
/** Keys of one prekey upload: far above the 812 of real clients. */
export const UPLOAD_KEYS_MAX = 10_000;
/** Highest count of logins or stanzas believed: no device gets there in a lifetime. */
export const COUNT_MAX = 2 ** 40;
export const NODE_DEPTH_MAX = 32;
export const NODE_LIST_MAX = 65_535;
/** Largest single protobuf message we decode; a Signal message of a text is some hundred bytes. */
export const PROTOBUF_BYTES_MAX = 1024 * 1024;
/** Longest text a `send` accepts, in UTF-8 bytes. */
export const TEXT_BYTES_MAX = 65_536;

/** A linked device that has not connected for longer than this is logged out (5.9). */
export const COMPANION_ABSENCE_MAX_US = 30 * 86_400_000_000;
/**
 * A signed device list counts this long (5.11); higher: a server can hide a removal for longer.
 */
export const LIST_TTL_US = 35 * 86_400_000_000;
/** From this age on a list is asked for anew, and the phone signs its own again (5.11). */
export const LIST_REFRESH_AGE_US = 28 * 86_400_000_000;
/** A list known only from one device's own signature starts at this age at most (5.11). */
export const LIST_RESET_AGE_US = 34 * 86_400_000_000;
/** How often a device looks at its lists (5.11). */
export const LIST_JOB_INTERVAL_US = 24 * 3_600_000_000;
/** A query is answered within this time, or its connection ends. */
export const LIST_ANSWER_WAIT_US = 60_000_000;

/** Bytes of the hash of identity keys sent with one-to-one messages (5.12); 8..32 are read. */
export const CONSISTENCY_HASH_BYTES = 10;
/**
 * An account without companions still says the time stamp of its list while that is younger
 * (5.12): 720 h. Higher: longer proof that no companion was added.
 */
export const CONSISTENCY_TIMESTAMP_MAX_AGE_US = 720 * 3_600_000_000;

/** App state: mutations that travel within a patch (8.7); more go into an encrypted file. */
export const APP_STATE_INLINE_MUTATIONS_MAX = 100;
/** A larger patch puts its mutations into a file (8.7). Assumption: the unit is 1,024 bytes. */
export const APP_STATE_PATCH_BYTES_MAX = 10 * 1_024;
/**
 * Largest snapshot or list of mutations in a file. Assumption: real clients state none; a record
 * takes some 250 bytes.
 */
export const APP_STATE_BLOB_BYTES_MAX = 16 * 1024 * 1024;
/** Days a key of app state is written with before it is replaced (8.10; 1..90). */
export const APP_STATE_KEY_USE_DAYS = 30;
/** Patches of one collection, and bytes of all collections, in one answer. Assumptions. */
export const APP_STATE_ANSWER_PATCHES_MAX = 100;
export const APP_STATE_ANSWER_BYTES_MAX = 4 * 1024 * 1024;
/** Back-off of a collection that is refused: seconds doubled up to this (8.8). */
export const APP_STATE_BACKOFF_MAX_S = 3_600;
/** A collection refused for this long is given up (8.8). */
export const APP_STATE_REFUSED_MAX_US = 2 * 86_400_000_000;
/** How often a collection whose MACs do not hold is fetched anew from its beginning (8.9). */
export const APP_STATE_RESTARTS_MAX = 2;
/** How long a missing key may be on its way before it is asked for. Assumption. */
export const APP_STATE_KEY_WAIT_US = 3_000_000;
/** A missing key is asked for again after this, and given up after that (8.11). */
export const APP_STATE_KEY_REQUEST_US = 86_400_000_000;
export const APP_STATE_KEY_WAIT_MAX_US = 7 * 86_400_000_000;
/** Keys asked for in one request. Assumption. */
export const APP_STATE_KEY_REQUEST_MAX = 100;
/**
 * Epochs a device leaves out after its Store went back: it may have made keys under them that it
 * does not know of any more. Assumption.
 */
export const APP_STATE_EPOCH_GAP = 16;

/** How long a call rings (9.6: about 60 s). */
export const CALL_RING_US = 60_000_000;
/** Devices answer each other's first media packet in this many tries, 2 s apart (9.6: 20 s). */
export const CALL_CONNECT_BEATS = 10;
export const CALL_CONNECT_BEAT_US = 2_000_000;
/**
 * Media is sampled by one real packet to each participant per beat. Assumption: real keep-alives
 * are 1.1 s apart (9.6), and sound has 50 packets a second. Lower: more events per minute of a
 * call.
 */
export const CALL_BEAT_US = 15_000_000;
/** Beats without a packet from a participant after which it is gone. Assumption. */
export const CALL_SILENT_BEATS_MAX = 3;
/** Times the key of a call is encrypted again for a device that cannot open it (9.6). */
export const CALL_ENC_RETRY_MAX = 5;
/** Members of a group that can be called. Assumption: 2021 had 8 in a call and rang 32. */
export const CALL_MEMBERS_MAX = 32;
/** Largest protected media packet: one that fits an Ethernet frame. */
export const RTP_BYTES_MAX = 1_500;

/** Longest readable text between browser and server (11.2). Assumption. */
export const RELAY_TEXT_BYTES_MAX = 16 * 1024;
/** How long a browser shows one reference (11.3: 20 s), and how many it asks for after the first. */
export const RELAY_REFERENCE_US = 20_000_000;
export const RELAY_REFERENCES_MAX = 5;
/** A browser says its login again until it is answered (11.4). */
export const RELAY_LOGIN_AGAIN_US = 10_000_000;
/** A browser that was away for longer has to prove that it has the keys (11.4). Assumption. */
export const RELAY_CHALLENGE_AFTER_US = 10 * 60_000_000;
/**
 * Challenges with their answers that a phone leaves with the server, which uses them in turn.
 * Assumption: the server cannot check an answer by itself, since it does not have the key.
 */
export const RELAY_CHALLENGES = 8;
/**
 * A phone that does not answer for so long counts as not connected (11.5). Then the server is asked
 * after twice that time, and so on up to the most: assumption. Higher: a clock stays longer than it
 * has to when the word that the phone is back was lost.
 */
export const RELAY_PHONE_WAIT_US = 15_000_000;
export const RELAY_TEST_WAIT_MAX_US = 10 * 60_000_000;
/** A push without an answer brings all chats anew, after twice as long each time. Assumption. */
export const RELAY_PUSH_WAIT_US = 15_000_000;
export const RELAY_PUSH_WAIT_MAX_US = 4 * 60_000_000;
/** Messages of one page of a chat (11.6: 20 to 50). Higher: fewer, larger answers. */
export const RELAY_PAGE_MESSAGES = 50;
/** Newest messages of a chat that come with the list of chats: the unread ones, up to this many. */
export const RELAY_TAIL_MESSAGES = 20;
/** Pages a browser has asked for and not got, at once. Assumption. */
export const RELAY_PAGES_IN_FLIGHT = 4;
/** Losses that come with the list of chats. Assumption. */
export const RELAY_LOSSES_MAX = 1_000;
/** Deeds of browsers that a phone remembers, so that none is done twice. Assumption. */
export const RELAY_DEEDS_KEPT = 256;
