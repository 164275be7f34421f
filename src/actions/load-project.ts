export { load } from "../compose/load.ts";
