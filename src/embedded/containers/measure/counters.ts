/** `name value` lines, as in `memory.stat`, as numbers. */
export function counters(text: string | undefined): Readonly<Record<string, number>> {
  const entries = (text ?? "").split("\n").flatMap((line): [string, number][] => {
    const [name = "", value = ""] = line.split(" ");
    return name === "" || !/^\d+$/.test(value) ? [] : [[name, Number(value)]];
  });
  return Object.fromEntries(entries);
}

/** The one number of a file; `undefined` for `max` and for none. */
export function numberIn(text: string | undefined): number | undefined {
  const value = (text ?? "").trim();
  return /^\d+$/.test(value) ? Number(value) : undefined;
}

/** An entry of `blkio_stats`. */
export interface BlockEntry {
  readonly major: number;
  readonly minor: number;
  readonly op: string;
  readonly value: number;
}

/** cgroup v1: `254:0 Read 4096`. */
export function legacyBlockEntries(text: string | undefined): readonly BlockEntry[] {
  return [...(text ?? "").matchAll(/^(\d+):(\d+) (\w+) (\d+)$/gm)].map(([, major, minor, op = "", value]) => ({
    major: Number(major),
    minor: Number(minor),
    op,
    value: Number(value),
  }));
}

/** cgroup v2: `254:0 rbytes=1 wbytes=2 rios=3 wios=4`; `names` tells which of them stand for which operation. */
export function unifiedBlockEntries(
  text: string | undefined,
  names: Readonly<Record<string, string>>,
): readonly BlockEntry[] {
  return [...(text ?? "").matchAll(/^(\d+):(\d+) (.*)$/gm)].flatMap(([, major, minor, rest = ""]) =>
    rest.split(" ").flatMap((pair): BlockEntry[] => {
      const [name = "", value] = pair.split("=");
      const op = names[name];
      return op === undefined ? [] : [{ major: Number(major), minor: Number(minor), op, value: Number(value) }];
    }),
  );
}

/** `/proc/<pid>/net/dev` by interface, without the loopback. */
export function interfaceCounters(
  text: string | undefined,
): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const lines = [...(text ?? "").matchAll(/^\s*([^\s:]+):\s*(.*)$/gm)].filter(([, name]) => name !== "lo");
  return Object.fromEntries(
    lines.map(([, name = "", rest = ""]) => {
      const [
        rx = 0,
        rxPackets = 0,
        rxErrors = 0,
        rxDropped = 0,
        ,
        ,
        ,
        ,
        tx = 0,
        txPackets = 0,
        txErrors = 0,
        txDropped = 0,
      ] = rest.split(/\s+/).map(Number);
      const received = { rx_bytes: rx, rx_packets: rxPackets, rx_errors: rxErrors, rx_dropped: rxDropped };
      const sent = { tx_bytes: tx, tx_packets: txPackets, tx_errors: txErrors, tx_dropped: txDropped };
      return [name, { ...received, ...sent }];
    }),
  );
}

/** Nanoseconds that all processors together have been there, of the first line of `/proc/stat`. */
export function systemCpuNs(text: string | undefined): number {
  const [, fields = ""] = /^cpu\s+(.*)$/m.exec(text ?? "") ?? [];
  // user, nice, system, idle, iowait, irq, softirq; in hundredths of a second on every Linux that Node runs on.
  const ticks = fields.split(/\s+/).slice(0, 7).map(Number);
  return ticks.reduce((sum, each) => sum + each, 0) * nsPerTick;
}

/** A tick is a hundredth of a second. */
export const nsPerTick = 10_000_000;
