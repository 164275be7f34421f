import type { HostConfig } from "../../docker-api/container.ts";
import { badRequest } from "../api/http-error.ts";
import type { OciDevice, OciDeviceRule } from "./oci.ts";

/** Devices of the host that a container may see; looked up beforehand. */
export interface DeviceFacts {
  /** Devices that were asked for, under their paths in the container; of a folder each of its devices. */
  readonly asked: readonly { readonly device: OciDevice; readonly access: string }[];
  /** Every device of the host: for a privileged container. */
  readonly ofHost: readonly OciDevice[];
}

/** null, zero, full, random, urandom, tty, console; the terminals of the container's own devpts. */
const ordinary: readonly (readonly [major: number, minor: number | undefined])[] = [
  [1, 3],
  [1, 5],
  [1, 7],
  [1, 8],
  [1, 9],
  [5, 0],
  [5, 1],
  [5, 2],
  [136, undefined],
];

/** Device files made in the container. Throws 400 for devices that only a driver could choose, such as GPUs. */
export function devicesOf(host: HostConfig, { asked, ofHost }: DeviceFacts): OciDevice[] {
  const [request] = host.DeviceRequests ?? [];
  if (request !== undefined) {
    const capabilities = `[${(request.Capabilities ?? []).map((all) => `[${all.join(" ")}]`).join(" ")}]`;
    throw badRequest(`could not select device driver "${request.Driver ?? ""}" with capabilities: ${capabilities}`);
  }
  const devices = host.Privileged === true ? ofHost : [];
  const byPath = new Map([...devices, ...asked.map(({ device }) => device)].map((device) => [device.path, device]));
  return [...byPath.values()];
}

/** Which devices the container's processes may use, whatever device files they make. */
export function deviceRules(host: HostConfig, { asked }: DeviceFacts): OciDeviceRule[] {
  if (host.Privileged === true) return [{ allow: true, access: "rwm" }];
  return [
    { allow: false, access: "rwm" },
    // Making a device file harms nobody who cannot open it, and unpacking an archive may have to.
    { allow: true, type: "c", access: "m" },
    { allow: true, type: "b", access: "m" },
    ...ordinary.map(([major, minor]) => ({
      allow: true,
      type: "c",
      major,
      ...(minor === undefined ? {} : { minor }),
      access: "rwm",
    })),
    ...asked.map(({ device, access }) => ({
      allow: true,
      type: device.type,
      major: device.major,
      minor: device.minor,
      access,
    })),
    ...(host.DeviceCgroupRules ?? []).map(parseDeviceRule),
  ];
}

/** Reads `c 1:* rwm`. Throws 400 for anything else. */
export function parseDeviceRule(text: string): OciDeviceRule {
  const [, type, major, minor, access] = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(text) ?? [];
  if (type === undefined || access === undefined) throw badRequest(`invalid device cgroup rule format: '${text}'`);
  return {
    allow: true,
    type,
    ...(major === "*" ? {} : { major: Number(major) }),
    ...(minor === "*" ? {} : { minor: Number(minor) }),
    access,
  };
}
