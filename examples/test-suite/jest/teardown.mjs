import { stack } from "./stack.mjs";

export default stack.globalTeardown;
