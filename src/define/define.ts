import type { ComposeFile, ServiceDefinition } from "./compose-file.ts";

/**
 * A compose file in TypeScript: says that an object is one, so that editors complete it and `tsc` rejects what the language
 * does not have. It is the object itself. Texts mean what they say: there are variables of TypeScript, so `$` is a `$`.
 *
 * ```ts
 * export default defineCompose({
 *   services: { db: { image: `postgres:${process.env.PG ?? "17"}`, expose: [5432] } },
 * });
 * ```
 */
export function defineCompose<const Ports, const Expose, const Profiles, const Volume extends string>(
  file: NamesOf<Ports, Expose, Profiles, Volume>,
): Definition<Ports, Expose, Profiles, Volume> {
  return file;
}

/** A compose file that knows its names when a program is compiled. They are types alone: it has nothing of this kind. */
export type Definition<
  Ports = unknown,
  Expose = unknown,
  Profiles = unknown,
  Volume extends string = string,
> = ComposeFile & {
  readonly [names]?: {
    readonly ports: Ports;
    readonly expose: Expose;
    readonly profiles: Profiles;
    readonly volume: Volume;
  };
};

declare const names: unique symbol;

// What services have under one attribute is inferred by one mapped type each; one for all of them would be inferred from
// the service as a whole, and then no attribute would be unknown.
type NamesOf<Ports, Expose, Profiles, Volume extends string> = ComposeFile & {
  readonly services?: { readonly [Name in keyof Ports]: ServiceDefinition & { readonly ports?: Ports[Name] } } & {
    readonly [Name in keyof Expose]: { readonly expose?: Expose[Name] };
  } & { readonly [Name in keyof Profiles]: { readonly profiles?: Profiles[Name] } };
  readonly volumes?: Readonly<Record<Volume, unknown>>;
};

/** What tests know of a defined file; of one whose names were not inferred, nothing. */
export type ShapeOfDefinition<File> =
  File extends Definition<infer Ports, infer Expose, infer Profiles, infer Volume>
    ? unknown extends Ports
      ? undefined
      : {
          readonly services: {
            readonly [Name in keyof Ports & string]: {
              readonly ports: TargetsOf<Ports[Name]> | TargetsOf<Name extends keyof Expose ? Expose[Name] : never>;
            };
          };
          readonly profiles: { readonly [Name in keyof Profiles]: TextsOf<Profiles[Name]> }[keyof Profiles];
          readonly volumes: Volume;
        }
    : undefined;

type TextsOf<Listed> = Listed extends readonly (infer Text extends string)[] ? Text : never;

/** Ports of a container that a list of ports leads to; without a list there are none. */
type TargetsOf<Listed> = Listed extends readonly (infer Port)[] ? TargetOf<Port> : never;

type TargetOf<Port> = Port extends { readonly target: infer Target }
  ? WithProtocol<NumberIn<Target>, Port extends { readonly protocol: infer Protocol } ? Protocol : "tcp">
  : Port extends `${infer Text}/${infer Protocol}`
    ? WithProtocol<NumberIn<LastOf<Text>>, Protocol>
    : Port extends string
      ? NumberIn<LastOf<Port>>
      : NumberIn<Port>;

/** `127.0.0.1:8080:80`: what comes last is the port of the container. */
type LastOf<Text extends string> = Text extends `${string}:${infer Rest}` ? LastOf<Rest> : Text;

type WithProtocol<Target, Protocol> = Protocol extends "tcp" ? Target : `${Target & number}/${Protocol & string}`;

/** Of what is not written out as one number, a range or a value that is worked out, any may be meant. */
type NumberIn<Value> = Value extends `${infer Port extends number}` ? Port : Value extends number ? Value : number;
