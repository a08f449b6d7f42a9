/** What to do instead of resource-managed access, of which the answers of the API itself are a part. */
export const letUpstream =
  'a gateway gives no sessions, holds no calls and asks no persons. Leave it out, and let the upstream do so with an adapter such as @aauth-guard/express'

/** Names that somebody may write who knows them from the adapters. */
export const managedHints: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'managed',
    'sealingKeys',
    'sessions',
    'hold',
    'perCall',
    'interaction',
    'requireInteraction',
    'pending',
  ].map((name) => [name, letUpstream]),
)
