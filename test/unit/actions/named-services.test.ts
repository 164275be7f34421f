import { expect, test } from "vitest";
import { planDown } from "../../../src/actions/down.ts";
import { planUp } from "../../../src/actions/up.ts";
import type { Context } from "../../../src/context.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { sampleProject } from "../../support/sample-project.ts";

/** Nothing of it is to be asked: a typing mistake is found before. */
const context = { engine: {} as Engine } as Context;

const whole = sampleProject({ services: { web: {}, db: {}, shell: { profiles: ["debug"] } } });
const { shell, ...services } = whole.services;
const project = { ...whole, services, disabledServices: shell === undefined ? {} : { shell } };

test.each([
  { service: "wbe", message: "no such service: wbe", hint: 'did you mean "web"?' },
  { service: "cache", message: "no such service: cache", hint: 'services of "app": db, shell, web' },
])("down refuses $service, which the files do not declare", async ({ service, message, hint }) => {
  await expect(planDown(project, { services: ["web", service] }, context)).rejects.toMatchObject({ message, hint });
});

test.each([
  { service: "wbe", message: "cannot scale: no such service: wbe", hint: 'did you mean "web"?' },
  {
    service: "shell",
    message: 'cannot scale: service "shell" is turned off',
    hint: "activate its profile: --profile debug",
  },
])("up refuses to scale $service", async ({ service, message, hint }) => {
  await expect(planUp(project, { scale: { web: 2, [service]: 2 } }, context)).rejects.toMatchObject({ message, hint });
});

test("up refuses to scale a service that is not among the named ones", async () => {
  const { db, ...others } = project.services;
  const narrowed = { ...project, services: others, disabledServices: db === undefined ? {} : { db } };
  await expect(planUp(narrowed, { services: ["web"], scale: { db: 2 } }, context)).rejects.toMatchObject({
    message: 'cannot scale: service "db" is left out',
    hint: "name it, too",
  });
});
