// Preloaded into a command: leaves behind what it took of the machine.
process.on("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { memoryMb: maxRSS / 1024, processorSeconds: (userCPUTime + systemCPUTime) / 1e6 };
  require("node:fs").writeFileSync(process.env.USAGE_REPORT, JSON.stringify(usage));
});
