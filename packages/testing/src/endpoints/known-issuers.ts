import { createIssuers, type Issuers } from '@aauth-guard/core/exchange'
import type { TestIssuer } from '../issuer/issuer.ts'
import type { World } from '../world/world.ts'

/** The keys that a server looks up: kept, or fetched anew each time where nothing of the network keeps them. */
export function knownIssuers(net: World, { withdrawn }: TestIssuer): () => Issuers {
  const make = (): Issuers =>
    createIssuers({
      fetch: net.fetch,
      now: net.clock.now,
      isRevoked: (iss, jti) => withdrawn.has(iss, jti),
    })
  const kept = make()
  return () => (net.keepsKeys ? kept : make())
}
