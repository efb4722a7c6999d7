import { noise } from '@chainsafe/libp2p-noise';
import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface';

type Components = Parameters<ReturnType<typeof noise>>[0];

/**
 * Noise whose frames go out whole. By itself it hands over a frame's length and its body apart, which are two writes and, as
 * nothing may wait (`noDelay`), two packets: for an idle mesh, twice as many as it has to say.
 */
export function noiseOfWholeFrames(): (components: Components) => ConnectionEncrypter {
  return (components) => {
    const encrypter = noise()(components);
    const { secureOutbound, secureInbound } = encrypter;
    encrypter.secureOutbound = (connection, options) =>
      secureOutbound.call(encrypter, inOnePiece(connection), options);
    encrypter.secureInbound = (connection, options) =>
      secureInbound.call(encrypter, inOnePiece(connection), options);
    return encrypter;
  };
}

function inOnePiece(connection: MessageStream): MessageStream {
  const send = connection.send.bind(connection);
  connection.send = (data) => send(data.subarray());
  return connection;
}
