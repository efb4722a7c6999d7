import { type Codec, reader, writer } from 'protons-runtime';
import {
  FrameInvalidError,
  FrameTooLargeError,
  FrameUnknownError,
  frameErrorOf,
} from './errors.js';

const LENGTH_DELIMITED = 2;

/**
 * @param field the number of the message's kind
 * @returns the frame: one field that holds the whole message
 * @throws {FrameTooLargeError} above `bytesMax`
 */
export function sealFrame<Body>(
  field: number,
  codec: Codec<Body>,
  body: Body,
  bytesMax: number,
): Uint8Array {
  const output = writer();
  output.uint32((field << 3) | LENGTH_DELIMITED);
  codec.encode(body, output);
  checkBytes(output.len, bytesMax);
  return output.finish();
}

/**
 * Opens a frame that must hold one field and end with it.
 *
 * @param read reads the body of a field; `undefined` for a number that it does not know
 * @throws {FrameInvalidError | FrameTooLargeError | FrameUnknownError} never anything else
 */
export function openFrame<Message>(
  bytes: Uint8Array,
  bytesMax: number,
  read: (field: number, body: Body) => Message | undefined,
): Message {
  try {
    checkBytes(bytes.length, bytesMax);
    const input = reader(bytes);
    const tag = input.uint32();
    const length = input.uint32();
    if ((tag & 7) !== LENGTH_DELIMITED || tag >>> 3 === 0 || input.pos + length !== input.len)
      throw new FrameInvalidError('the frame is not one whole message; drop it');
    const message = read(tag >>> 3, (codec) => codec.decode(input, length));
    if (message === undefined)
      throw new FrameUnknownError(`message kind ${tag >>> 3} is not known here; ignore the frame`);
    // A number that is cut off at the very end is read past it without an error.
    if (input.pos !== input.len)
      throw new FrameInvalidError('the frame ends inside a field; drop it');
    return message;
  } catch (error) {
    throw frameErrorOf(error);
  }
}

/** Decodes the body that the frame holds with the codec of its kind. */
export type Body = <Decoded>(codec: Codec<Decoded>) => Decoded;

function checkBytes(bytes: number, bytesMax: number): void {
  if (bytes > bytesMax)
    throw new FrameTooLargeError(`the frame has ${bytes} bytes; the limit is ${bytesMax}`);
}
