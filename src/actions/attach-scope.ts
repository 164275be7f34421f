import type { Project } from "../compose/project.ts";

/** What attached `up` shows. */
export interface ScopeOptions {
  /** Services named on the command line; empty: all. They are what is waited for, and what is stopped in the end. */
  readonly services: readonly string[];
  /** Show only these. */
  readonly attach?: readonly string[];
  /** Do not show these. */
  readonly noAttach?: readonly string[];
  /** Show what the named services depend on, too. */
  readonly attachDependencies?: boolean;
}

/** Whose output is shown, and for whose sake `up` stays. */
export interface AttachScope {
  readonly isShown: (thing: { readonly service?: string | undefined }) => boolean;
  readonly isAwaited: (thing: { readonly service?: string | undefined }) => boolean;
}

/** Reads the scope off flags and files: who asks by flag to see a service gets it, whatever its `attach` says. */
export function attachScope(project: Project, options: ScopeOptions): AttachScope {
  const { services: named, attach = [], noAttach = [], attachDependencies = false } = options;
  const all = Object.keys(project.services);
  const awaited = new Set(named.length === 0 ? all : named);
  const candidates = attachDependencies ? all : [...awaited];
  const wanted = attach.length > 0 ? attach : candidates.filter((name) => project.services[name]?.attach !== false);
  const shown = new Set(wanted.filter((name) => !noAttach.includes(name)));
  return {
    isShown: ({ service = "" }) => shown.has(service),
    isAwaited: ({ service = "" }) => awaited.has(service),
  };
}
