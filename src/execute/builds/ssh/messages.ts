/** Kinds of messages to and from an agent: their first byte (draft-ietf-sshm-ssh-agent, section 6.1). */
export const agentMessage = {
  failure: 5,
  requestIdentities: 11,
  identitiesAnswer: 12,
  signRequest: 13,
  signResponse: 14,
} as const;
