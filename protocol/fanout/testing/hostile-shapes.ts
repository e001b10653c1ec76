/** The elements that device and server understand: what each may hold, for hostile stanzas. */

/** What an element may hold: its attributes, its children, and whether bytes are usual in it. */
export interface Shape {
  readonly attributes: readonly string[];
  readonly children: readonly string[];
  readonly isBytes?: boolean;
}

/** The words of a text. */
export const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/** An element with these attributes and children. */
export function shape(attributes: string, inner = '', isBytes = false): Shape {
  return { attributes: words(attributes), children: words(inner), isBytes };
}

const KEYS = 'registration type identity skey key device-identity';

/** The vocabulary of device and server. */
export const SHAPES: ReadonlyMap<string, Shape> = new Map([
  [
    'message',
    shape(
      'from to id t type recipient phash device_fanout sent participant',
      'enc enc unavailable participants device-identity',
    ),
  ],
  ['enc', shape('v type count', '', true)],
  ['unavailable', shape('')],
  ['participants', shape('', 'to')],
  ['to', shape('jid', 'enc')],
  [
    'receipt',
    shape(
      'from to id type recipient participant t category',
      'list retry registration keys encrypt rmr',
    ),
  ],
  ['encrypt', shape('', 'enc_p enc_iv')],
  ['enc_p', shape('', '', true)],
  ['enc_iv', shape('', '', true)],
  ['rmr', shape('jid from_me participant')],
  ['retry', shape('count id t v error')],
  ['keys', shape('', KEYS)],
  ['registration', shape('', '', true)],
  ['type', shape('', '', true)],
  ['identity', shape('', '', true)],
  ['id', shape('', '', true)],
  ['value', shape('', '', true)],
  ['signature', shape('', '', true)],
  ['skey', shape('', 'id value signature')],
  ['key', shape('', 'id value user')],
  ['device-identity', shape('key-index', '', true)],
  ['ack', shape('class id from to t type error phash participant')],
  [
    'notification',
    shape(
      'type from to id t participant category',
      'count update add remove devices identity encrypt rmr collection create leave promote demote',
    ),
  ],
  ['count', shape('value')],
  ['update', shape('hash')],
  ['add', shape('device_hash v_id prev_v_id', 'device key-index-list participant')],
  ['remove', shape('device_hash v_id prev_v_id', 'device key-index-list participant')],
  ['create', shape('subject v_id', 'participant')],
  ['leave', shape('v_id prev_v_id', 'participant')],
  ['promote', shape('v_id prev_v_id', 'participant')],
  ['demote', shape('v_id prev_v_id', 'participant')],
  ['group', shape('id subject v_id', 'participant')],
  ['groups', shape('t', 'group')],
  ['query', shape('')],
  ['participating', shape('')],
  ['devices', shape('dhash', 'device device-list key-index-list')],
  ['device-list', shape('', 'device')],
  ['device', shape('id jid key-index')],
  ['key-index-list', shape('ts', '', true)],
  [
    'iq',
    shape(
      'id type xmlns from to t',
      `list usync pair-device pair-success pair-device-sign
    error count rotate remove-companion-device key-index-list active device sync
    delete_all_data create add remove leave promote demote group groups query
    participating ${KEYS}`,
    ),
  ],
  ['usync', shape('sid mode', 'list')],
  ['list', shape('', 'user item key')],
  ['user', shape('jid', `devices error ${KEYS}`)],
  ['item', shape('id from recipient t')],
  ['error', shape('code text')],
  ['rotate', shape('', 'skey')],
  ['remove-companion-device', shape('jid reason')],
  ['active', shape('')],
  ['pair-device', shape('', 'ref pub-key device-identity key-index-list')],
  ['ref', shape('', '', true)],
  ['pub-key', shape('', '', true)],
  ['pair-success', shape('', 'device-identity device')],
  ['pair-device-sign', shape('', 'device-identity')],
  ['success', shape('id t counter sent', 'last expired sync')],
  ['last', shape('id from recipient t')],
  ['expired', shape('count', 'item')],
  ['failure', shape('reason')],
  ['stream:error', shape('code', 'conflict')],
  ['conflict', shape('type')],
  ['ib', shape('', 'offline offline_preview')],
  ['offline', shape('count')],
  ['offline_preview', shape('count message')],
  ['login', shape('id counter', '', true)],
  [
    'call',
    shape(
      'from to id t sent offline',
      'offer accept reject terminate enc_rekey group_update packet',
    ),
  ],
  [
    'offer',
    shape(
      'call-id call-creator group-jid',
      'audio video net capability destination enc encopt device-identity',
    ),
  ],
  ['destination', shape('', 'to')],
  ['accept', shape('call-id call-creator')],
  ['reject', shape('call-id call-creator reason count', 'registration')],
  ['terminate', shape('call-id call-creator reason')],
  ['enc_rekey', shape('call-id call-creator generation count', 'enc device-identity')],
  ['group_update', shape('call-id call-creator version', 'participant')],
  ['packet', shape('call-id call-creator', '', true)],
  ['participant', shape('jid type')],
  ['sync', shape('', 'collection')],
  [
    'collection',
    shape('name version type return_snapshot has_more_patches', 'patch patches snapshot error'),
  ],
  ['patches', shape('', 'patch')],
  ['patch', shape('', '', true)],
  ['snapshot', shape('', '', true)],
  ['delete_all_data', shape('')],
]);
