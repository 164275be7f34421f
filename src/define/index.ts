// Compose files in TypeScript. An entry of its own, for they are read often: the library takes a third of a second to load.
export { defineCompose } from "./define.ts";

export type { ComposeFile, NetworkDefinition, ServiceDefinition, VolumeDefinition } from "./compose-file.ts";
export type { Definition } from "./define.ts";
