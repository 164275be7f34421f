/** Unix seconds of the moment that a configuration or a step of it gives; zero for none, or for nonsense. */
export function createdSeconds({ created }: { readonly created?: string }): number {
  const milliseconds = Date.parse(created ?? "");
  return Number.isNaN(milliseconds) ? 0 : Math.floor(milliseconds / 1000);
}
