/** Labels without those that compose, or we, put there. */
export function ownLabelsOnly(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).filter(
      ([key]) => !key.startsWith("com.docker.compose.") && !key.startsWith("io.tscompose."),
    ),
  );
}
