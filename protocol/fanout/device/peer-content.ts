/**
 * What a peer message asks of this device, by its type (specification 8.1). Unknown types are
 * refused and counted; the message is acknowledged all the same, so that it blocks nothing (L6).
 */

import { isRejected } from '../../errors.ts';
import type { IncomingMessage } from '../../messages/message-stanza.ts';
import { decodeProtocolMessage, PROTOCOL_TYPES } from '../../wire/protocol-message.ts';
import type { Step } from '../step.ts';
import { takeFatalNotice } from './app-state-fatal.ts';
import { takeKeyRequest, takeKeyShare } from './app-state-keys.ts';
import { takeHistoryNotification } from './history-receive.ts';
import { takePeerDataRequest, takePeerDataResponse, takeSecuritySetting } from './peer-data.ts';

const NOTHING = new Uint8Array(0);

/** Carries out a peer message; `message.author` is an own device. */
export function takePeerContent(step: Step, message: IncomingMessage, bytes: Uint8Array): void {
  const protocol = decodeProtocolMessage(bytes);
  if (isRejected(protocol)) return step.refuse(protocol);
  const { author } = message;
  switch (protocol.type) {
    case PROTOCOL_TYPES.historySyncNotification:
      return takeHistoryNotification(step, message, protocol.historySyncNotification);
    case PROTOCOL_TYPES.peerDataOperationRequest:
      return takePeerDataRequest(step, message, protocol.peerDataOperationRequest);
    case PROTOCOL_TYPES.peerDataOperationResponse:
      return takePeerDataResponse(step, message, protocol.peerDataOperationResponse);
    case PROTOCOL_TYPES.initialSecurityNotificationSettingSync:
      return takeSecuritySetting(step, message, protocol.initialSecurityNotificationSettingSync);
    case PROTOCOL_TYPES.appStateSyncKeyShare:
      return takeKeyShare(step, author, protocol.appStateSyncKeyShare ?? NOTHING);
    case PROTOCOL_TYPES.appStateSyncKeyRequest:
      return takeKeyRequest(step, author, protocol.appStateSyncKeyRequest ?? NOTHING);
    case PROTOCOL_TYPES.appStateFatalExceptionNotification:
      return takeFatalNotice(step, author, protocol.appStateFatalExceptionNotification ?? NOTHING);
    default:
      step.refuseAs('unexpected', `${author} sent a peer message of an unknown type`, {
        type: protocol.type ?? 0,
      });
  }
}
