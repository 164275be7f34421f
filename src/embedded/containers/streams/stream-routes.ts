import type { Route } from "../../api/route.ts";
import { attachRoutes } from "./attach-routes.ts";
import { type LogRooms, logRoutes } from "./log-routes.ts";

/** What containers print and read, over the API. */
export function streamRoutes(rooms: LogRooms): readonly Route[] {
  return [...logRoutes(rooms), ...attachRoutes(rooms)];
}
