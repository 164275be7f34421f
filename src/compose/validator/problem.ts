/** What the generated validator says about one place. */
export interface Problem {
  /** JSON pointer: `/services/web/ports/0`. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}
