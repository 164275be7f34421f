// Exits with 0 when the API and its database answer: the container's health check.
const { ok } = await fetch("http://127.0.0.1:3000/health");
process.exitCode = ok ? 0 : 1;
