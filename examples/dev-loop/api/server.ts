import { createServer } from "node:http";
import { greeting } from "./greeting.ts";

const server = createServer((_request, response) => response.end(`${greeting("world")}\n`));
server.listen(3000, () => console.log(`ready to say ${greeting("world")}`));
