import type { ResourceKind, StepInfo } from "../events.ts";
import type { Operation } from "../plan/operation.ts";
import type { Step } from "../plan/plan.ts";

/** A step as views need it, in the words of Docker Compose: once for each thing it is about. */
export function stepInfos({ id, operation, cause }: Step): readonly StepInfo[] {
  const owner = "service" in operation ? { service: operation.service } : {};
  return wordsOf(operation).map(({ resource, name, doing, done }) => {
    return { id, operation: operation.kind, resource, name, ...owner, doing, done, cause };
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
      return image(operation.image, "Pulling", "Pulled");
    case "build-image":
      return image(operation.image, "Building", "Built");
    case "push-image":
      return image(operation.image, "Pushing", "Pushed");
    case "remove-image":
      return image(operation.image, "Removing", "Removed");
    case "create-network":
      return network(operation.name, "Creating", "Created");
    case "remove-network":
      return network(operation.name, "Removing", "Removed");
    case "connect-network":
      return container(operation.container, "Connecting", "Connected");
    case "disconnect-network":
      return container(operation.container, "Disconnecting", "Disconnected");
    case "create-volume":
      return volume(operation.name, "Creating", "Created");
    case "remove-volume":
      return volume(operation.name, "Removing", "Removed");
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
    case "run-provider": {
      const { doing, done } = providerWords[operation.verb];
      return service(operation.service, doing, done);
    }
    case "run-model": {
      const isPull = operation.verb === "pull";
      return model(operation.model, isPull ? "Pulling" : "Configuring", isPull ? "Pulled" : "Configured");
    }
    case "delay":
      return service(operation.service, "Waiting", "Waited");
  }
}

const providerWords = {
  up: { doing: "Creating", done: "Created" },
  down: { doing: "Removing", done: "Removed" },
  stop: { doing: "Stopping", done: "Stopped" },
};

const image = wordsAbout("image");
const network = wordsAbout("network");
const volume = wordsAbout("volume");
const container = wordsAbout("container");
const service = wordsAbout("service");
const model = wordsAbout("model");

function wordsAbout(resource: ResourceKind): (name: string, doing: string, done: string) => Words {
  return (name, doing, done) => ({ resource, name, doing, done });
}
