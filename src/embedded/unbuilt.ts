import { notImplemented } from "./api/http-error.ts";
import type { Route } from "./api/route.ts";

const areas = ["build", "commit", "containers", "distribution", "exec", "images", "networks", "system", "volumes"];

/** What Docker Engine has and this engine does not: last in the table, so that whatever is built goes first. */
export const unbuilt: readonly Route[] = (["DELETE", "GET", "HEAD", "POST", "PUT"] as const).flatMap((method) =>
  areas.flatMap((area) =>
    [`/${area}`, `/${area}/{rest...}`].map((path): Route => ({
      method,
      path,
      handle: ({ params }) => {
        const { rest } = params;
        throw notImplemented(`this engine has no ${method} /${area}${rest === undefined ? "" : `/${rest}`}`);
      },
    })),
  ),
);
