/** A refusal with the status that the Docker Engine API gives it; the message becomes `{"message": …}`. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "HttpError";
    this.status = status;
  }
}

/** 400: the request itself is wrong. */
export function badRequest(message: string): HttpError {
  return new HttpError(400, message);
}

/** 404: what was asked for is not there. */
export function notFound(message: string): HttpError {
  return new HttpError(404, message);
}

/** 409: the state of things does not allow it. */
export function conflict(message: string): HttpError {
  return new HttpError(409, message);
}

/** 501: Docker Engine has it, this engine does not. */
export function notImplemented(message: string): HttpError {
  return new HttpError(501, message);
}
