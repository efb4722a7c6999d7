import { HearsayError } from '@hearsay/spi';

/** Thrown when a query or a body is not what the route takes. Nothing was done. */
export class RequestInvalidError extends HearsayError {
  readonly code = 'HEARSAY_REQUEST_INVALID';
}

/** Thrown when the bearer token is missing or wrong. */
export class RequestUnauthorizedError extends HearsayError {
  readonly code = 'HEARSAY_REQUEST_UNAUTHORIZED';
}

/** Thrown when Host or Origin name another site, or the route is for this machine only. */
export class RequestForeignError extends HearsayError {
  readonly code = 'HEARSAY_REQUEST_FOREIGN';
}

/** Thrown when nothing stands under the path. */
export class RouteUnknownError extends HearsayError {
  readonly code = 'HEARSAY_ROUTE_UNKNOWN';
}

/** Thrown when the path is known and its method is another. */
export class MethodNotAllowedError extends HearsayError {
  readonly code = 'HEARSAY_METHOD_NOT_ALLOWED';
}

/** Thrown when a body is longer than the limit. It was not read. */
export class BodyTooLargeError extends HearsayError {
  readonly code = 'HEARSAY_BODY_TOO_LARGE';
}

/** Thrown when a body is not declared as JSON. */
export class MediaTypeUnsupportedError extends HearsayError {
  readonly code = 'HEARSAY_MEDIA_TYPE_UNSUPPORTED';
}

/** Thrown when this node does not follow the scope. */
export class ScopeUnknownError extends HearsayError {
  readonly code = 'HEARSAY_SCOPE_UNKNOWN';
}

/** Thrown when no member has the name. */
export class MemberUnknownError extends HearsayError {
  readonly code = 'HEARSAY_MEMBER_UNKNOWN';
}

/** Thrown when this node has not got what was asked for: a keyring, or a transport that can ask members. */
export class NotOfferedError extends HearsayError {
  readonly code = 'HEARSAY_NOT_OFFERED';
}

/** Thrown when an invalidation is to be waited for and there is no log that could show it. Nothing was announced. */
export class WaitNeedsLogError extends HearsayError {
  readonly code = 'HEARSAY_WAIT_NEEDS_LOG';
}

/** Thrown when as many as may be are subscribed or wait already. */
export class AdminBusyError extends HearsayError {
  readonly code = 'HEARSAY_ADMIN_BUSY';
}

/** Thrown when the node failed in a way that is no fault of the request; its log says how. */
export class AdminInternalError extends HearsayError {
  readonly code = 'HEARSAY_ADMIN_INTERNAL';
}

/** Thrown when no digest can be made of a value: it is a function, or does not end. */
export class ValueNotDigestibleError extends HearsayError {
  readonly code = 'HEARSAY_VALUE_NOT_DIGESTIBLE';
}

/** Thrown when the admin server cannot listen where it is told to. Nothing is left open. */
export class AdminListenFailedError extends HearsayError {
  readonly code = 'HEARSAY_ADMIN_LISTEN_FAILED';
}
