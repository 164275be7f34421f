import { CommandError, run } from "./run.ts";

/**
 * Makes the kernel forget the UDP flows to ports of the host: it leads them on as it did for their first packet, whatever
 * the rules are now. Without conntrack(8) they are forgotten half a minute after their last packet.
 */
export async function forgetUdpFlows(hostPorts: readonly number[]): Promise<void> {
  for (const port of new Set(hostPorts)) {
    try {
      await run("conntrack", ["--delete", "--proto", "udp", "--orig-port-dst", String(port)]);
    } catch (error) {
      // Not installed, or there was none.
      if (!(error instanceof CommandError)) throw error;
    }
  }
}
