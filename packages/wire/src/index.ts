export * from './admission.js';
export * from './asking.js';
export { FrameInvalidError, FrameTooLargeError, FrameUnknownError } from './errors.js';
export { decodeMessage, encodeMessage } from './message.js';
export * from './revocation.js';
export * from './shared-poll.js';
