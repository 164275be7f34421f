import type { ShapeOfDefinition } from "../define/define.ts";
import type { ComposeFiles } from "./index.ts";

/** What is known of a compose file when a test is compiled: the names that it declares. */
export interface ComposeShape {
  readonly services: Readonly<Record<string, ServiceShape>>;
  readonly profiles: string;
  readonly volumes: string;
}

/** A service, as far as its names go. */
export interface ServiceShape {
  /** Ports in the container that can be reached: numbers of TCP ports, `53/udp` for others. */
  readonly ports: number | string;
}

/** What is known of a file that has no declarations beside it: nothing, so any name will do. */
export type AnyShape = ComposeShape;

/** What is known of a file by the path that a test gives, or of a defined one by itself. */
export type ShapeOf<File> = File extends string | URL | readonly unknown[]
  ? Declared<PathOf<File>> extends infer Shape extends ComposeShape
    ? Shape
    : AnyShape
  : ShapeOfDefinition<File> extends infer Shape extends ComposeShape
    ? Shape
    : AnyShape;

type Declared<Path> = Path extends keyof ComposeFiles ? ComposeFiles[Path] : undefined;

/** `./compose.yaml` and `../compose.yaml` are the same file to whoever stands elsewhere. */
type PathOf<File> = File extends `./${infer Rest}`
  ? PathOf<Rest>
  : File extends `../${infer Rest}`
    ? PathOf<Rest>
    : File;

/** Names of the services of a shape. */
export type ServiceName<Shape extends ComposeShape> = keyof Shape["services"] & string;
