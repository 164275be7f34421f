import type { Check } from "./teller.ts";

/** Attributes that a service needs, and those that exclude each other. */
export const checkService: Check = (service, _project, tell) => {
  const { build, image, provider, platform, networkMode, networks = {}, healthcheck } = service;
  if (build === undefined && (image ?? "") === "" && provider === undefined) {
    const hint = 'add "image: NAME" or "build: ."';
    tell([], { code: "missing-image", message: "service has neither an image nor a build", hint });
  }
  if (isText(build?.dockerfile) && isText(build?.dockerfileInline)) {
    const message = "dockerfile and dockerfile_inline exclude each other";
    tell(["build", "dockerfile"], { code: "conflicting-keys", message, hint: "remove one of them" });
  }
  const { platforms = [] } = build ?? {};
  if (platforms.length > 0 && isText(platform) && !platforms.includes(platform)) {
    const message = `build.platforms must include the service's platform, got "${platform}"`;
    tell(["platform"], { code: "conflicting-values", message, hint: `add "${platform}" to build.platforms` });
  }
  if (isText(networkMode) && Object.keys(networks).length > 0) {
    const message = "network_mode and networks exclude each other";
    tell(["network_mode"], { code: "conflicting-keys", message, hint: "remove one of them" });
  }
  const [how] = healthcheck?.test ?? [];
  if (how !== undefined && !["CMD", "CMD-SHELL", "NONE"].includes(how)) {
    const message = `test must start with "CMD", "CMD-SHELL" or "NONE", got "${how}"`;
    const hint = `write ["CMD", "${how}", …], or one text for the shell`;
    tell(["healthcheck", "test"], { code: "invalid-value", message, hint });
  }
};

function isText(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
