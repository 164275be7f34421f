// What tsc accepts and rejects of tests that start a compose file whose names it knows: checked with all other types.
import { expectTypeOf } from "vitest";
import { compose, type Stack, type TestService } from "tscompose/testing";

export async function knownNames(): Promise<void> {
  await using stack = await compose("test/types/shop/compose.yaml", { services: ["db"], profiles: ["debug"] });
  expectTypeOf(stack.db.port(5432)).toEqualTypeOf<number>();
  expectTypeOf(stack.web.url(80)).toEqualTypeOf<string>();
  stack.web.port("53/udp");
  stack.web.port(9000);
  // @ts-expect-error: there is no such service
  void stack.bd;
  // @ts-expect-error: the service declares no such port
  stack.db.port(5433);
  // @ts-expect-error: the port is one of UDP
  stack.web.port(53);
  // A service that is called like something every stack has is found among the services.
  expectTypeOf(stack.env).toEqualTypeOf<Readonly<Record<string, string>>>();
  expectTypeOf(stack.services.env).toExtend<TestService>();
}

export async function mistakenOptions(): Promise<void> {
  // @ts-expect-error: there is no such service
  await compose("./test/types/shop/compose.yaml", { services: ["bd"] });
  // @ts-expect-error: there is no such profile
  await compose("../test/types/shop/compose.yaml", { profiles: ["prod"] });
  // @ts-expect-error: there is no such option
  await compose("test/types/shop/compose.yaml", { service: "db" });
}

export async function unknownFile(file: string): Promise<void> {
  await using stack = await compose(file, { services: ["whatever"] });
  expectTypeOf(stack).toEqualTypeOf<Stack>();
  stack.services["whatever"]?.port(1);
}
