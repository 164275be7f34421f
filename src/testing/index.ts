// Compose files in test suites: explicit names only. test/types/api.md shows all of it.
export { StackStartError } from "./start-error.ts";
export { compose } from "./compose.ts";
export { TestService } from "./service.ts";

export type { ComposeOptions, ComposeSource, StackWishes } from "./compose.ts";
export type { Patience, ServiceCommand } from "./service.ts";
export type { AnyShape, ComposeFiles, ComposeShape, ServiceName, ServiceShape, ShapeOf } from "./shape.ts";
export type { Stack, StackOfAll } from "./stack.ts";
