// The names in compose.yaml, for tests that start it. Written by "tscompose types", and kept up to date by those tests.
import "tscompose/testing";

declare module "tscompose/testing" {
  interface ComposeFiles {
    readonly "compose.yaml": {
      readonly services: {
        readonly cache: { readonly ports: 6379 };
        readonly db: { readonly ports: 5432 };
      };
      readonly profiles: never;
      readonly volumes: never;
    };
  }
}
