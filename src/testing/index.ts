// Compose files in test suites: explicit names only. test/types/api.md shows all of it.
export { StackStartError } from "./start-error.ts";
export { compose } from "./compose.ts";
export { Fault } from "./faults/fault.ts";
export { forRun } from "./for-run.ts";
export { TestLink } from "./link.ts";
export { TestService } from "./service.ts";

export type { ComposeOptions, ComposeSource, StackWishes } from "./compose.ts";
export type { RunHooks } from "./for-run.ts";
export type { Patience, ServiceCommand } from "./service.ts";
export type { AnyShape, ComposeShape, ServiceName, ServiceShape, ShapeOf } from "./shape.ts";
export type { StackSnapshot } from "./snapshot.ts";
export type { SnapshotOptions, Stack, StackOfAll } from "./stack.ts";

/**
 * The compose files that TypeScript knows, by their path from the folder of package.json: what `tscompose types` writes beside
 * a file adds it here, and then `stack.bd` and a port that the file does not declare are mistakes of the program.
 */
// Here, and not beside the other types: declarations can only be merged with what a module declares itself.
// oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type
export interface ComposeFiles {}
