/** Who asks a registry: what `X-Registry-Auth` carries, and the body of `POST /auth`. Never for logs. */
export interface RegistryAuth {
  readonly serveraddress?: string;
  readonly username?: string;
  readonly password?: string;
  /** Stands for a name and a password; a registry gave it at a login. */
  readonly identitytoken?: string;
  /** Sent as it is. */
  readonly registrytoken?: string;
}

/** What `POST /auth` answers to a login that is right. */
export interface AuthAnswer {
  readonly Status: string;
  /** To be kept instead of the password, where the registry gives one. */
  readonly IdentityToken?: string;
}
