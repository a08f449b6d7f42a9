import type { TargetConfig, TargetRoute } from '../config.ts'

/** What agents call is not where the routes are guarded. */
const proxies: readonly string[] = ['gateway', 'nginx', 'caddy']

/** Refuses what cannot be combined, before anything is served. @throws {TypeError} */
export function refuseManaged({
  adapter,
  managed: given,
  stores,
  routes,
  generations,
}: {
  readonly adapter: TargetConfig['adapter']
  /** As the configuration says it. */
  readonly managed: unknown
  readonly stores: unknown
  readonly routes: readonly TargetRoute[]
  readonly generations: unknown
}): void {
  const isManaged = given !== undefined
  if (isManaged && proxies.includes(adapter))
    throw new TypeError(
      `"managed" does not work with the adapter "${adapter}", which asks no persons, holds no calls and gives no sessions: take an adapter of a framework, or "fetch"`,
    )
  if (isManaged && stores !== undefined && (given as { sealingKeys?: unknown }).sealingKeys == null)
    throw new TypeError(
      '"sealingKeys" of "managed" is missing, and "stores" is shared with other targets, which could not open what this one sealed: write a key of 32 random octets in base64url',
    )
  for (const { path, require: requirement, managed } of routes) {
    if (!isManaged && (managed !== undefined || requirement.sessions === true))
      throw new TypeError(
        `"${managed === undefined ? 'sessions' : 'managed'}" of the route "${path}" needs "managed" of the configuration: write {}`,
      )
    if (managed !== undefined && 'hold' in managed && !mayHold(generations))
      throw new TypeError(
        `"hold" of the route "${path}" needs draft 11: calls of earlier drafts are never held: add "person-token" to "generations"`,
      )
  }
}

function mayHold(generations: unknown): boolean {
  return !Array.isArray(generations) || generations.includes('person-token')
}
