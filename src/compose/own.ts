/** What a record has under a name; names that every object knows, such as `constructor`, are none by themselves. */
export function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
