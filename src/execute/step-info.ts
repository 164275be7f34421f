import type { ResourceKind, StepInfo } from "../events.ts";
import type { Operation } from "../plan/operation.ts";
import type { Step } from "../plan/plan.ts";

/** A step as views need it, in the words of Docker Compose: once for each thing it is about. */
export function stepInfos({ id, operation, cause }: Step): readonly StepInfo[] {
  const service = "service" in operation ? { service: operation.service } : {};
  return wordsOf(operation).map(({ resource, name, doing, done }) => {
    return { id, operation: operation.kind, resource, name, ...service, doing, done, cause };
  });
}

interface Words {
  readonly resource: ResourceKind;
  readonly name: string;
  readonly doing: string;
  readonly done: string;
}

function wordsOf(operation: Operation): readonly Words[] {
  if (operation.kind === "monitor-containers") {
    return operation.containers.map((name) => container(name, "Monitoring", "Monitored"));
  }
  if (operation.kind !== "await-containers") return [wordsOfOne(operation)];
  const done = { running: "Running", healthy: "Healthy", "running-or-healthy": "Healthy", completed: "Exited" };
  return operation.containers.map((name) => container(name, "Waiting", done[operation.until]));
}

function wordsOfOne(operation: Exclude<Operation, { kind: "await-containers" | "monitor-containers" }>): Words {
  switch (operation.kind) {
    case "pull-image":
      return { resource: "image", name: operation.image, doing: "Pulling", done: "Pulled" };
    case "build-image":
      return { resource: "image", name: operation.image, doing: "Building", done: "Built" };
    case "push-image":
      return { resource: "image", name: operation.image, doing: "Pushing", done: "Pushed" };
    case "remove-image":
      return { resource: "image", name: operation.image, doing: "Removing", done: "Removed" };
    case "create-network":
      return { resource: "network", name: operation.name, doing: "Creating", done: "Created" };
    case "remove-network":
      return { resource: "network", name: operation.name, doing: "Removing", done: "Removed" };
    case "connect-network":
      return container(operation.container, "Connecting", "Connected");
    case "disconnect-network":
      return container(operation.container, "Disconnecting", "Disconnected");
    case "create-volume":
      return { resource: "volume", name: operation.name, doing: "Creating", done: "Created" };
    case "remove-volume":
      return { resource: "volume", name: operation.name, doing: "Removing", done: "Removed" };
    case "create-container": {
      if (operation.replaces === undefined) return container(operation.finalName, "Creating", "Created");
      const isLast = operation.name === operation.finalName;
      return container(operation.finalName, "Recreate", isLast ? "Recreated" : "Created");
    }
    case "upload-files":
      return container(operation.container, "Copying", "Copied");
    case "start-container":
      return container(operation.container, "Starting", "Started");
    case "unpause-container":
      return container(operation.container, "Unpausing", "Unpaused");
    case "pause-container":
      return container(operation.container, "Pausing", "Paused");
    case "restart-container":
      return container(operation.container, "Restarting", "Started");
    case "kill-container":
      return container(operation.container, "Killing", "Killed");
    case "stop-container":
      return container(operation.name, "Stopping", "Stopped");
    case "remove-container":
      return container(operation.name, "Removing", "Removed");
    case "update-container":
      return container(operation.name, "Updating", "Updated");
    case "rename-container":
      return container(operation.name, "Recreate", "Recreated");
    case "run-hook":
      return container(operation.container, `Running ${operation.moment} hook`, `Ran ${operation.moment} hook`);
    case "delay":
      return { resource: "service", name: operation.service, doing: "Waiting", done: "Waited" };
  }
}

function container(name: string, doing: string, done: string): Words {
  return { resource: "container", name, doing, done };
}
