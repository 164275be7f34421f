// The names in compose.yaml, for tests that start it. Written by "tscompose types", and kept up to date by those tests.
import "tscompose/testing";

declare module "tscompose/testing" {
  interface ComposeFiles {
    readonly "test/types/shop/compose.yaml": {
      readonly services: {
        readonly db: { readonly ports: 5432 };
        readonly env: { readonly ports: never };
        readonly web: { readonly ports: "53/udp" | 443 | 80 | 9000 };
      };
      readonly profiles: "debug";
      readonly volumes: "entries";
    };
  }
}
