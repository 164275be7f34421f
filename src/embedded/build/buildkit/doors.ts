import { sessionHeader } from "../../../buildkit-api/session.ts";
import { GrpcConnection } from "../../../grpc/client.ts";
import { serveGrpc } from "../../../grpc/server.ts";
import { HttpError, badRequest } from "../../api/http-error.ts";
import type { ApiReply, ApiRequest, Route } from "../../api/route.ts";
import { Answers, type AnswerParts } from "./answers.ts";
import { ClientSession } from "./client-session.ts";
import type { BuildJob } from "./build-job.ts";
import { Rendezvous } from "./rendezvous.ts";

/** What the doors need. */
export interface DoorParts extends Omit<AnswerParts, "jobs"> {
  readonly onFault: (error: unknown) => void;
}

/** The doors of BuildKit's clients: on one connection they ask, on the other one they answer. */
export function buildKitRoutes(parts: DoorParts): readonly Route[] {
  const answering = { ...parts, jobs: new Rendezvous<BuildJob>() };
  return [
    { method: "POST", path: "/grpc", handle: (request) => answer(answering, request) },
    { method: "POST", path: "/session", handle: (request) => join(parts, request) },
  ];
}

async function answer(parts: AnswerParts & DoorParts, request: ApiRequest): Promise<ApiReply> {
  const socket = await request.upgrade("h2c");
  const answers = new Answers(parts);
  await serveGrpc(socket, answers.handlers, parts).closed;
  answers.close();
  return { kind: "hijacked" };
}

async function join({ sessions }: DoorParts, request: ApiRequest): Promise<ApiReply> {
  const [id = ""] = valuesOf(request, sessionHeader.id);
  if (id === "") throw badRequest(`the header ${sessionHeader.id} is missing`);
  if (sessions.has(id)) throw new HttpError(409, `session ${id} already exists`);
  const connection = new GrpcConnection(await request.upgrade("h2c"));
  sessions.arrive(id, new ClientSession(connection, valuesOf(request, sessionHeader.method)));
  await connection.closed;
  sessions.leave(id);
  return { kind: "hijacked" };
}

/** Headers that were sent several times arrive as one. */
function valuesOf({ headers }: ApiRequest, name: string): string[] {
  return [headers[name.toLowerCase()] ?? []].flat().flatMap((value) => value.split(/,\s*/));
}
