/** One line of `GET /events`. */
export interface EngineEventBody {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Record<string, string> };
  readonly scope?: string;
  /** Unix seconds. */
  readonly time: number;
  readonly timeNano: number;
}
