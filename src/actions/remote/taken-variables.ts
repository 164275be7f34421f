import { type LoadContext, type LoadRequest, loadModel } from "../../compose/load.ts";
import { variablesOf } from "../../compose/variables.ts";
import { covered, isSecretName } from "../../plan/secrets.ts";

/** A variable that compose files mention, as a person may read it. */
export interface TakenVariable {
  readonly name: string;
  readonly value: string;
  readonly from: "environment" | ".env" | "default" | "not set";
}

/** What compose files take from here, the environment of the process and its `.env` files; secrets are covered. Throws what loading throws. */
export async function takenVariables(request: LoadRequest, context: LoadContext): Promise<readonly TakenVariable[]> {
  const { model, environment } = await loadModel({ ...request, interpolate: false }, context);
  return [...variablesOf(model).values()].map(({ name, defaultValue }) => {
    const own = environment[name];
    const standIn = defaultValue === "" ? "not set" : "default";
    const from = own === undefined ? standIn : name in context.environment ? "environment" : ".env";
    const value = (own ?? defaultValue).replaceAll(/\p{Cc}+/gu, " ");
    return { name, value: value !== "" && isSecretName(name) ? covered : value, from };
  });
}
