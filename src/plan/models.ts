import type { Model, Project, Service } from "../compose/project.ts";
import type { Draft } from "./draft.ts";
import type { ModelRunner } from "./options.ts";
import type { ReportProblem } from "./problem.ts";
import { serviceWith, type Variables } from "./provided.ts";

/** The project with the variables that tell services where their models are: `LLM_URL` and `LLM_MODEL`. */
export function withModelVariables(project: Project, runner: ModelRunner | undefined): Project {
  if (Object.keys(project.models).length === 0 || runner === undefined) return project;
  const services = Object.entries(project.services).map(([name, service]) => {
    return [name, serviceWith(service, variablesOf(service, project.models, runner))] as const;
  });
  return { ...project, services: Object.fromEntries(services) };
}

/** Has Docker's program for models pull and set up what services use; answers with the last step, by model. */
export function writeModels(
  project: Project,
  runner: ModelRunner | undefined,
  draft: Draft,
  report: ReportProblem,
): ReadonlyMap<string, number> {
  const models = Object.values(project.models);
  const [first] = models;
  if (first === undefined) return new Map();
  if (runner === undefined) {
    report({
      code: "not-found",
      path: ["models", first.key],
      message: "models are served by Docker's plugin docker-model, which is not on this machine",
      hint: "install the plugin (package docker-model-plugin), then look with: docker model status",
    });
    return new Map();
  }
  return new Map(models.map((model) => [model.key, writeModel(project, model, { runner, draft, report })]));
}

/** Steps after which the models of a service are there. */
export function modelSteps({ models = {} }: Service, steps: ReadonlyMap<string, number>): number[] {
  return Object.keys(models).flatMap((name) => steps.get(name) ?? []);
}

interface Writing {
  readonly runner: ModelRunner;
  readonly draft: Draft;
  readonly report: ReportProblem;
}

function writeModel(project: Project, model: Model, { runner, draft, report }: Writing): number {
  const { key, model: reference = "", contextSize = 0, runtimeFlags = [] } = model;
  const about = { kind: "run-model", model: key, program: runner.path, directory: project.workingDirectory } as const;
  const isThere = runner.available.includes(reference);
  const pulled = isThere ? [] : [draft.add({ ...about, verb: "pull", args: ["pull", reference] }, "missing")];
  if (runtimeFlags.length > 0 && !runner.takesFlags) {
    const message = "needs the plugin docker-model 1.0.6 or newer";
    report({ code: "unsupported", path: ["models", key, "runtime_flags"], message });
  }
  const size = contextSize > 0 ? ["--context-size", String(contextSize)] : [];
  const flags = runtimeFlags.length > 0 ? ["--", ...runtimeFlags] : [];
  const args = ["configure", ...size, reference, ...flags];
  return draft.add({ ...about, verb: "configure", args }, "model", { after: pulled });
}

/** The names of Docker Compose, unless the service has names of its own. */
function variablesOf({ models = {} }: Service, all: Project["models"], { endpoint }: ModelRunner): Variables {
  return Object.fromEntries(
    Object.entries(models).flatMap(([name, binding]) => {
      const prefix = name.toUpperCase().replaceAll("-", "_");
      return [
        [binding?.modelVar || `${prefix}_MODEL`, all[name]?.model ?? ""],
        [binding?.endpointVar || `${prefix}_URL`, endpoint],
      ];
    }),
  );
}
