/** Filters of list calls, as the API takes them: `{"label": ["a=b"]}`. */
export type Filters = Readonly<Record<string, readonly string[]>>;
