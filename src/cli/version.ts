import manifest from "../../package.json" with { type: "json" };

/** Version of tscompose, as published. */
export const version: string = manifest.version;
