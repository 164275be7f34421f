import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { loadJson, saveJson } from "./json-file.ts";
import type { Paths } from "./paths.ts";

/** The engine's own name, made once and kept as long as its data. */
export async function engineId({ data }: Paths): Promise<string> {
  const path = join(data, "engine.json");
  const kept = await loadJson(path);
  if (typeof kept === "object" && kept !== null && "id" in kept && typeof kept.id === "string") return kept.id;
  const id = randomUUID();
  await saveJson(path, { id }, { sync: true });
  return id;
}
