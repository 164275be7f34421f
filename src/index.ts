// The public API: explicit names only, so that what is promised can be read here. test/types/api.md shows all of it.
export { doctor } from "./actions/doctor.ts";
export { ExecutionError } from "./actions/execution-error.ts";
export { planBuild } from "./actions/build.ts";
export { planDown } from "./actions/down.ts";
export { isolate } from "./actions/isolated/isolate.ts";
export { planKill } from "./actions/kill.ts";
export { load } from "./actions/load-project.ts";
export { ls } from "./actions/ls.ts";
export { planPause, planUnpause } from "./actions/pause.ts";
export { loadPlan, renderPlan, savePlan, showPlan } from "./actions/plan.ts";
export { planPull } from "./actions/pull.ts";
export { planPush } from "./actions/push.ts";
export { planRestart } from "./actions/restart.ts";
export { planRm } from "./actions/rm.ts";
export { planStart } from "./actions/start.ts";
export { planStop } from "./actions/stop.ts";
export { planUp } from "./actions/up.ts";
export { formatDiagnostic, InvalidProjectError } from "./compose/diagnostic.ts";
export { EngineError, TscomposeError, UsageError } from "./errors.ts";
export {
  build,
  carryOut,
  down,
  kill,
  pause,
  pull,
  push,
  restart,
  rm,
  start,
  stop,
  unpause,
  up,
} from "./library/change.ts";
export { exec, run } from "./library/command.ts";
export { copyFrom, copyTo } from "./library/copy.ts";
export { events, logs, stats } from "./library/follow.ts";
export { env, images, port, ps, top, volumes, wait } from "./library/look.ts";
export { loadContext, openContext } from "./library/open-context.ts";
export { watch } from "./library/watch.ts";

export type { BuildImagesOptions } from "./actions/build.ts";
export type { DoctorReport } from "./actions/doctor.ts";
export type { DownOptions, ProjectOrName } from "./actions/down.ts";
export type { ContainerEvent, EventsOptions } from "./actions/events.ts";
export type { Failure } from "./actions/execution-error.ts";
export type { ListedImage } from "./actions/images.ts";
export type { Isolated } from "./actions/isolated/isolate.ts";
export type { KillOptions } from "./actions/kill.ts";
export type { LogsOptions } from "./actions/logs.ts";
export type { ListedProject, LsOptions } from "./actions/ls.ts";
export type { PauseOptions } from "./actions/pause.ts";
export type { PortRequest } from "./actions/port.ts";
export type { ListedContainer, Publisher, PsOptions } from "./actions/ps.ts";
export type { PullOptions } from "./actions/pull.ts";
export type { RmOptions } from "./actions/rm.ts";
export type { PlanRun } from "./actions/run-plan.ts";
export type { ContainerStats, StatsOptions } from "./actions/stats.ts";
export type { ContainerProcesses } from "./actions/top.ts";
export type { UpOptions } from "./actions/up.ts";
export type { StoppedContainer, WaitOptions } from "./actions/wait.ts";
export type { Diagnostic } from "./compose/diagnostic.ts";
export type { Loaded, LoadContext, LoadRequest } from "./compose/load.ts";
export type { Project, Service } from "./compose/project.ts";
export type { Context } from "./context.ts";
export type { ErrorCode } from "./errors.ts";
export type { Emit, LogLine, ProgressEvent, StepInfo, WatchEvent } from "./events.ts";
export type { Execution, StepResult } from "./execute/execute.ts";
export type { Trouble } from "./execute/trouble.ts";
export type { CommandResult, CommandStreams, ExecRequest, RunRequest } from "./library/command.ts";
export type { CopyRequest } from "./library/copy.ts";
export type { ServicesOption } from "./library/look.ts";
export type { OpenContext, OpenContextOptions } from "./library/open-context.ts";
export type { WatchOptions } from "./library/watch.ts";
export type { ReconcileOptions } from "./plan/options.ts";
export type { Plan, Step } from "./plan/plan.ts";
export type { RestartingOptions } from "./plan/restarting.ts";
export type { StartingOptions } from "./plan/starting.ts";
export type { StoppingOptions } from "./plan/stopping.ts";
export type { TeardownOptions } from "./plan/teardown.ts";
export type { Surroundings } from "./system/surroundings.ts";
