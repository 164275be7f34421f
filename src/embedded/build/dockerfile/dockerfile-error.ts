import type { SourceLocation } from "../build.ts";

/** A mistake in a Dockerfile. */
export class DockerfileError extends Error {
  /** `undefined` until it is known which lines are read. */
  readonly location: SourceLocation | undefined;

  constructor(message: string, location?: SourceLocation) {
    super(message);
    this.name = "DockerfileError";
    this.location = location;
  }
}

/** Does something with an instruction; a mistake that does not say where it is made is made there. */
export function at<Result>(location: SourceLocation, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DockerfileError) || error.location !== undefined) throw error;
    throw new DockerfileError(error.message, location);
  }
}
