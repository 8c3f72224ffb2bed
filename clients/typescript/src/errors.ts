// What can go wrong, as types. Which error means what: docs/errors.md of the server.

const REFUSED_PHOTOS: ReadonlySet<unknown> = new Set([
  "photo_missing", "photo_empty", "photo_wrong_type", "photo_undecodable", "photo_too_many_pixels", "photo_too_large",
  "no_face", "several_faces", "face_too_small", "not_photographed", "face_too_poor", "check_undecided",
  // The same under /api/v1.0, where codes are numbers.
  1, 2, 3, 4, 5, 6, 9,
]);

/** An answer that is no result. */
export class FacewardError extends Error {
  constructor(
    message: string,
    /** HTTP status; `undefined` where there was no answer. */
    readonly status?: number,
    /** What programs decide on: text under `/v1`, a number under `/api/v1.0`. */
    readonly code?: string | number,
    /** In the server's log too. */
    readonly transactionId?: string,
    /** Seconds, where the server named some. */
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** The photo cannot be used: no face, several, too small, no JPEG or PNG. The same photo will be refused again. */
export class PhotoRefused extends FacewardError {}
/** The request is not one that the server understands, or that it can carry out now. */
export class InvalidRequest extends FacewardError {}
/** The app's id or key is wrong. */
export class Unauthenticated extends FacewardError {}
/** Known, but not allowed to. */
export class Forbidden extends FacewardError {}
/** No such template, gallery, challenge. */
export class NotFound extends FacewardError {}
/** There is one with this id. */
export class AlreadyExists extends FacewardError {}
/** The app asks more often than it may: try again after `retryAfter` seconds. */
export class TooManyRequests extends FacewardError {}
/** A security check that was asked for has no model on this server. It has *not* passed. */
export class CheckUnavailable extends FacewardError {}
/** Overloaded, starting or stopping, and still so at the last attempt. */
export class Busy extends FacewardError {}
/** A fault of the server; its log has the reason under `transactionId`. */
export class ServerFault extends FacewardError {}
/** No answer: the address is wrong, the network is away, or it took longer than the timeout. */
export class Unreachable extends FacewardError {}

const BY_STATUS: ReadonlyMap<number, typeof FacewardError> = new Map<number, typeof FacewardError>([
  [401, Unauthenticated], [403, Forbidden], [404, NotFound], [409, AlreadyExists], [429, TooManyRequests],
  [500, ServerFault], [501, CheckUnavailable], [503, Busy],
]);

/** The error that an answer is, in the envelope of either API. */
export function errorOf(status: number, body: string, retryAfter?: number): FacewardError {
  const { message, code, transactionId } = envelope(body);
  return new (kind(status, code, message))(message, status, code, transactionId, retryAfter);
}

function kind(status: number, code: string | number | undefined, message: string): typeof FacewardError {
  if (REFUSED_PHOTOS.has(code)) return PhotoRefused;
  if (status === 400 && message === "Template already exists") return AlreadyExists;
  if (status === 409 && /^challenge_|_outdated$/.test(String(code))) return InvalidRequest;
  return BY_STATUS.get(status) ?? InvalidRequest;
}

interface Envelope {
  message: string;
  code?: string | number;
  transactionId?: string;
}

function envelope(body: string): Envelope {
  try {
    const answer = JSON.parse(body);
    if (answer.error) return { ...answer.error, transactionId: answer.transaction_id };
    return { message: answer.result.info, code: answer.result.code, transactionId: answer.transactionId };
  } catch {
    // A proxy in between, perhaps.
    return { message: `an answer that Faceward does not give: ${body.slice(0, 200)}` };
  }
}
