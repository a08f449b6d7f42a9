import type { DecisionEvent, ResourceOptions } from '@aauth-guard/core'
import { expect } from 'vitest'
import { granted, makeWatchedWorld, type WatchedWorld } from '../missions/watched.ts'
import { makeSharedStores, type SharedStores, type StoreName } from '../stores/shared-stores.ts'

export const all: readonly StoreName[] = ['revocations', 'tombstones', 'replays', 'links', 'statuses']

export const silent = (): Error => new Error('down')

export interface StaleScene extends WatchedWorld {
  readonly shared: SharedStores
  readonly events: DecisionEvent[]
}

/** A resource with `staleReads` whose stores last answered that the token is not revoked and its mission is active. */
export async function makeStaleScene(
  options: Partial<ResourceOptions> = {},
  issue = ({ agent }: WatchedWorld): Promise<string> => agent.authToken(granted()),
): Promise<StaleScene> {
  const shared = makeSharedStores({ push: true })
  const events: DecisionEvent[] = []
  const onDecision = (event: DecisionEvent): void => void events.push(event)
  const world = await makeWatchedWorld({}, { stores: shared.stores, staleReads: 30, onDecision, ...options })
  const token = await issue(world)
  const get: StaleScene['get'] = (how) => world.get({ token, ...how })
  const post: StaleScene['post'] = (how) => world.post({ token, ...how })
  expect(await get()).toBe('200')
  return { ...world, token, get, post, shared, events }
}
