// Pieces of JavaScript for `evaluate` and `serve`: small clients and servers inside of a network.

/** Asks 127.0.0.11 for a name; writes the sorted answers, or the code of the error. */
export function resolve(name: string, type = "A"): string {
  return `const r = new (require("dns").promises.Resolver)({ timeout: 20_000, tries: 1 }); r.setServers(["127.0.0.11"]);
    r.resolve("${name}", "${type}").then((found) => console.log(found.sort().join(" ")), (e) => console.log(e.code))`;
}

/** Asks for the name of an address. */
export function reverse(address: string): string {
  return `const r = new (require("dns").promises.Resolver)({ timeout: 20_000, tries: 1 }); r.setServers(["127.0.0.11"]);
    r.reverse("${address}").then((found) => console.log(found.join(" ")), (e) => console.log(e.code))`;
}

/** So long is waited for what shall not come. */
export const unansweredMs = 1500;

/** Writes what a server answers to a TCP connection, or the code of the error; `TIMEOUT` when nothing comes. */
export function talkTcp(address: string, port: number, patienceMs = 20_000): string {
  return `const s = require("net").connect({ host: "${address}", port: ${port}, timeout: ${patienceMs} });
    s.on("data", (data) => { console.log(String(data)); s.destroy(); });
    s.on("timeout", () => { console.log("TIMEOUT"); s.destroy(); }).on("error", (e) => console.log(e.code))`;
}

/** The same over UDP, from a port of its own choice or from this one. */
export function talkUdp(address: string, port: number, from = 0): string {
  return `const s = require("dgram").createSocket("${address.includes(":") ? "udp6" : "udp4"}");
    const end = setTimeout(() => { console.log("TIMEOUT"); s.close(); }, 20_000);
    s.on("message", (data) => { console.log(String(data)); clearTimeout(end); s.close(); });
    s.on("error", (e) => { console.log(e.code); clearTimeout(end); });
    s.bind(${from}, () => s.send("hello", ${port}, "${address}"))`;
}

/** Answers every TCP connection with a word and the client's address. */
export function serveTcp(port: number, word: string, address = "0.0.0.0"): string {
  return `require("net").createServer((s) => { s.on("error", () => {}); s.end("${word} " + s.remoteAddress); })
    .listen(${port}, "${address}", () => console.log("ready"))`;
}

/** Answers every UDP message. */
export function serveUdp(port: number, word: string): string {
  return `const s = require("dgram").createSocket("udp4");
    s.on("message", (m, from) => s.send("${word} " + from.address, from.port, from.address));
    s.bind(${port}, "0.0.0.0", () => console.log("ready"))`;
}

/** A server of names that knows one name, for what the engine forwards. */
export function serveNames(name: string, address: string): string {
  return `const dns = require("dns-packet"); const s = require("dgram").createSocket("udp4");
    s.on("message", (m, from) => {
      const { id, questions } = dns.decode(m);
      const known = questions[0].name === "${name}";
      const answers = known ? [{ type: "A", name: "${name}", ttl: 1, data: "${address}" }] : [];
      s.send(dns.encode({ type: "response", id, questions, flags: known ? 0 : 3, answers }), from.port, from.address);
    });
    s.bind(53, "127.0.0.1", () => console.log("ready"))`;
}
