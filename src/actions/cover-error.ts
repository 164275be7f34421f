export { withoutSecrets } from "../execute/cover-error.ts";
