// Preloaded into a command: leaves behind what it took of the machine.
const { readFileSync, writeFileSync } = require("node:fs");

process.on("exit", () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  // Not maxRSS: that one counts what the parent held when it forked (getrusage(2) survives execve).
  const peakKb = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))[1]);
  const usage = { memoryMb: peakKb / 1024, processorSeconds: (userCPUTime + systemCPUTime) / 1e6 };
  writeFileSync(process.env.USAGE_REPORT, JSON.stringify(usage));
});
