/** Sections of a model whose entries users name, and refer to by that name. */
export const sections = ["services", "networks", "volumes", "configs", "secrets", "models"] as const;

/** One of these sections. */
export type Section = (typeof sections)[number];
