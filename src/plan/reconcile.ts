import type { Project } from "../compose/project.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { basisOf } from "./basis.ts";
import { checkCollisions } from "./collisions.ts";
import { decideContainers } from "./containers.ts";
import { Draft } from "./draft.ts";
import { planImages, planOtherImages } from "./images.ts";
import { withModelVariables, writeModels } from "./models.ts";
import { decideNetworks } from "./networks.ts";
import type { ReconcileOptions } from "./options.ts";
import { decideOrphans } from "./orphans.ts";
import { checkPaths } from "./paths.ts";
import type { Plan } from "./plan.ts";
import type { Planning } from "./planning.ts";
import { withoutProviders, writeProvision } from "./providers.ts";
import { ImpossiblePlanError, type Problem } from "./problem.ts";
import { ignoredByPodman } from "./podman.ts";
import { leftBehind } from "./restarts.ts";
import { ignoredModes } from "./spec/files.ts";
import { restartRules } from "./spec/restart-policy.ts";
import { decideVolumes } from "./volumes.ts";
import { writeCreation } from "./write/creation.ts";
import { writeRelease } from "./write/release.ts";
import { writeReplacement } from "./write/replacement.ts";
import { writeStart } from "./write/start.ts";
import { Writer } from "./write/writer.ts";

/**
 * What has to happen for the engine to hold what the project says. First everything is decided, then written down in
 * phases: images are had before anything is made, what is new is made before anything that runs is stopped, and started
 * when its dependencies are ready.
 */
export function reconcile(given: Project, snapshot: Snapshot, options: ReconcileOptions = {}): Plan {
  const project = withModelVariables(withoutProviders(given), options.inputs?.models);
  const draft = new Draft();
  const problems: Problem[] = [];
  const report = (problem: Problem): number => problems.push(problem);
  const remark = (text: string): void => draft.remark(text);

  const images = planImages(project, snapshot, options, draft, report);
  const otherImages = planOtherImages(project, snapshot, images, options, draft);
  // An image that cannot be had must leave everything as it was.
  draft.closePhase();
  const providers = writeProvision(given, options.inputs?.providers ?? {}, draft, report);
  const models = writeModels(project, options.inputs?.models, draft, report);
  const networks = decideNetworks(project, snapshot, { remark, report });
  const volumes = decideVolumes(project, snapshot, { mayRecreate: options.recreateVolumes === true, remark, report });
  const planning: Planning = {
    project,
    snapshot,
    options,
    images,
    otherImages,
    networks,
    volumes,
    providers,
    models,
    report,
    remark,
  };
  const decided = decideContainers(planning);
  for (const service of Object.values(project.services)) ignoredModes(project, service).forEach(remark);
  if (options.restartsHere !== true) tellOfRestarts(project, remark);
  ignoredByPodman(project, snapshot, { isAttached: options.restartsHere === true }).forEach(remark);
  leftBehind(planning, decided).forEach(remark);
  const orphans = decideOrphans(project, snapshot, options, remark);
  checkCollisions({ project, snapshot, decided, orphans, starts: options.start !== false }, report);
  checkPaths({ project, decided }, options.inputs?.absentPaths ?? [], report);
  const writer = new Writer({ planning, decided, orphans }, draft);

  writeRelease(writer);
  writeCreation(writer);
  writeReplacement(writer);
  writeStart(writer);
  if (problems.length > 0) throw new ImpossiblePlanError(problems);
  return draft.finish({
    action: options.start === false ? "create" : "up",
    project: project.name,
    basis: basisOf(snapshot),
  });
}

/** Only somebody who stays can wait before a restart, or look how long it lasts. */
function tellOfRestarts(project: Project, remark: (text: string) => void): void {
  for (const service of Object.values(project.services)) {
    if (restartRules(service) === undefined) continue;
    const about = `services.${service.name}.deploy.restart_policy`;
    remark(`${about}: delay and window count while up is attached; by itself the engine waits as it likes`);
  }
}
