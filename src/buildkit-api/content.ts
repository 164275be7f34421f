import { type Method, methodOf } from "../grpc/method.ts";
import { type Message, bytes, integer, message, nested, text } from "../grpc/protobuf.ts";

/** Header of calls to a content store: which one is meant (moby/buildkit, session/content/attachable.go). */
export const contentStoreHeader = "buildkit-attachable-store-id";

/** Stores of folders are named by this and the folder (moby/buildkit, cache/remotecache/local/local.go). */
export function contentStoreOf(folder: string): string {
  return `local:${folder}`;
}

/** A blob by its digest. */
export interface ContentInfo {
  readonly digest: string;
  readonly size: number;
}

interface InfoCall {
  readonly digest: string;
}
interface InfoAnswer {
  readonly info: ContentInfo | undefined;
}

/** A part of a blob; to its end when the size is 0. */
export interface ReadCall {
  readonly digest: string;
  readonly offset: number;
  readonly size: number;
}
interface ReadAnswer {
  readonly offset: number;
  readonly data: Uint8Array;
}

/** What a message of a `Write` wants: to know how far it has come, to send more, to keep the blob. */
export const writeAction = { stat: 0, write: 1, commit: 2 } as const;

/** A message of a `Write`. */
export interface WriteCall {
  readonly action: number;
  /** A name for what is being written, before its digest is known. */
  readonly ref: string;
  readonly total: number;
  /** The digest that it must turn out to have. */
  readonly expected: string;
  readonly offset: number;
  readonly data: Uint8Array;
}
/** The answer to one message of a `Write`. */
export interface WriteAnswer {
  readonly action: number;
  readonly offset: number;
  readonly total: number;
  readonly digest: string;
}

const info: Message<ContentInfo> = message<ContentInfo>({ digest: text(1), size: integer(2) });
const infoCall: Message<InfoCall> = message<InfoCall>({ digest: text(1) });
const infoAnswer: Message<InfoAnswer> = message<InfoAnswer>({ info: nested(1, info) });
const readCall: Message<ReadCall> = message<ReadCall>({ digest: text(1), offset: integer(2), size: integer(3) });
const readAnswer: Message<ReadAnswer> = message<ReadAnswer>({ offset: integer(1), data: bytes(2) });
const writeCall: Message<WriteCall> = message<WriteCall>({
  action: integer(1),
  ref: text(2),
  total: integer(3),
  expected: text(4),
  offset: integer(5),
  data: bytes(6),
});
const writeAnswer: Message<WriteAnswer> = message<WriteAnswer>({
  action: integer(1),
  offset: integer(4),
  total: integer(5),
  digest: text(6),
});

const service = "containerd.services.content.v1.Content";

/** Blobs that a client keeps for its builder (containerd, api/services/content/v1/content.proto). */
export const contentCalls: {
  readonly info: Method<InfoCall, InfoAnswer>;
  readonly read: Method<ReadCall, ReadAnswer>;
  readonly write: Method<WriteCall, WriteAnswer>;
} = {
  info: methodOf(service, "Info", infoCall, infoAnswer),
  read: methodOf(service, "Read", readCall, readAnswer),
  write: methodOf(service, "Write", writeCall, writeAnswer),
};
