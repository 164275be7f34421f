import { own } from "../own.ts";
import type { Project } from "../project.ts";
import type { Tell } from "./teller.ts";

/** A service on the way, and its dependencies that are still to be followed. */
interface Visit {
  readonly name: string;
  readonly ahead: string[];
}

/** No service may depend on itself, however far around. Tells each circle once, at the edge that closes it. */
export function checkCycles({ services }: Project, tell: Tell): void {
  const seen = new Set<string>();
  // No recursion: chains of dependencies may be longer than the stack is deep.
  const trail: Visit[] = [];
  const places = new Map<string, number>();
  const enter = (name: string): void => {
    const service = own(services, name);
    if (seen.has(name) || service === undefined) return;
    seen.add(name);
    places.set(name, trail.length);
    trail.push({
      name,
      ahead: Object.keys(service.dependsOn ?? {})
        .toSorted()
        .toReversed(),
    });
  };
  for (const first of Object.keys(services).toSorted()) {
    enter(first);
    for (let here = trail.at(-1); here !== undefined; here = trail.at(-1)) {
      const dependency = here.ahead.pop();
      const start = places.get(dependency ?? "");
      if (dependency === undefined) {
        trail.pop();
        places.delete(here.name);
      } else if (start === undefined) enter(dependency);
      else tellCircle([...trail.slice(start).map(({ name }) => name), dependency], tell);
    }
  }
}

function tellCircle(circle: readonly string[], tell: Tell): void {
  const [from = "", to = ""] = circle.slice(-2);
  const message = `dependency cycle detected: ${circle.join(" -> ")}`;
  const hint = "remove one of these dependencies, links or shared namespaces";
  tell(["services", from, "depends_on", to], { code: "dependency-cycle", message, hint });
}
