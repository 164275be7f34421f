import { defineCompose } from "tscompose/define";
import { healthy } from "./healthy.ts";

const redis = process.env["REDIS"] ?? "redis:7"; // as ${REDIS:-redis:7} in YAML: .env counts

export default defineCompose({
  services: {
    cache: { image: redis, expose: [6379], healthcheck: healthy("redis-cli ping") },
    web: {
      image: "busybox",
      command: ["sh", "-c", 'echo "$HOME" > /www/index.html; exec httpd -f -h /www'],
      tmpfs: "/www",
      ports: ["8080:80"],
      healthcheck: healthy("wget -q -O /dev/null http://127.0.0.1/"),
      depends_on: { cache: { condition: "service_healthy" } },
    },
  },
});
