export * from './admission.js';
export { FrameInvalidError, FrameTooLargeError, FrameUnknownError } from './errors.js';
export { decodeMessage, encodeMessage } from './message.js';
