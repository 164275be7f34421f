/** Colours by name; does nothing where they are not wanted. */
export type Paint = Readonly<Record<keyof typeof codes, (text: string) => string>>;

const codes = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, dim: 2, bold: 1 } as const;

/** Made once per stream: `node:util` styleText looks at the environment on each call and costs twenty times more. */
export function paintFor(isColored: boolean): Paint {
  const wrap = (code: number) => (text: string) => (isColored ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    red: wrap(codes.red),
    green: wrap(codes.green),
    yellow: wrap(codes.yellow),
    blue: wrap(codes.blue),
    magenta: wrap(codes.magenta),
    cyan: wrap(codes.cyan),
    dim: wrap(codes.dim),
    bold: wrap(codes.bold),
  };
}
