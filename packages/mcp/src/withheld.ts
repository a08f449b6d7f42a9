/**
 * Header fields that the server does not get, since it shows all others to tools: credentials, which whoever has them could
 * send again, and the mission that the agent merely asserts.
 */
export const withheld: readonly string[] = [
  'signature',
  'signature-input',
  'signature-key',
  'authorization',
  'aauth-mission',
]
