import type { Deploy, Service } from "../compose/project.ts";

/**
 * The part of a service that only a new container can change. Left out is what the engine changes live (see
 * `live-change.ts`), and what takes effect without it: hooks of running containers, how they are stopped, replaced,
 * watched and shown.
 */
export function fixedPart(service: Service): Service {
  const {
    attach: _attach,
    develop: _develop,
    postStart: _postStart,
    preStop: _preStop,
    stopGracePeriodNs: _stopGracePeriodNs,
    restart: _restart,
    memLimitBytes: _memLimitBytes,
    memswapLimitBytes: _memswapLimitBytes,
    memReservationBytes: _memReservationBytes,
    cpus: _cpus,
    cpuShares: _cpuShares,
    cpuPeriod: _cpuPeriod,
    cpuQuota: _cpuQuota,
    cpuset: _cpuset,
    pidsLimit: _pidsLimit,
    deploy,
    ...rest
  } = service;
  const fixed = deploy === undefined ? {} : fixedDeploy(deploy);
  return Object.keys(fixed).length === 0 ? rest : { ...rest, deploy: fixed };
}

function fixedDeploy({ resources, ...rest }: Deploy): Deploy {
  const {
    replicas: _replicas,
    labels: _labels,
    mode: _mode,
    endpointMode: _endpointMode,
    placement: _placement,
    restartPolicy: _restartPolicy,
    updateConfig: _updateConfig,
    rollbackConfig: _rollbackConfig,
    ...others
  } = rest;
  const devices = resources?.reservations?.devices;
  return devices === undefined ? others : { ...others, resources: { reservations: { devices } } };
}
