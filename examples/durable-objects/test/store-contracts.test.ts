import { randomUUID } from 'node:crypto'
import type { Stores } from '@aauth-guard/core'
import {
  linkStoreChecks,
  replayStoreChecks,
  revocationStoreChecks,
  type StoreCheck,
  statusStoreChecks,
  tombstoneStoreChecks,
} from '@aauth-guard/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { StoreOptions } from '../stores.ts'
import { httpStore } from './http-stores.ts'
import { type Installed, install, obstacle, type Serving, serve } from './workerd.ts'

let installed: Installed
let serving: Serving
beforeAll(async () => {
  if (obstacle !== undefined) return
  installed = await install('stores-worker.ts')
  serving = await serve(installed)
})
afterAll(async () => {
  await serving?.stop()
  installed?.remove()
})

const optionsOf = new WeakMap<object, StoreOptions>()
/** A store in objects that nobody has used. */
function makeStore<Kind extends keyof Stores>(
  kind: Kind,
  bounds: StoreOptions = {},
): NonNullable<Stores[Kind]> {
  const options = { name: randomUUID(), ...bounds }
  const store = httpStore(kind, options, () => serving.one)
  optionsOf.set(store, options)
  return store
}

/** The same store at the other worker. */
const peerOf =
  <Kind extends keyof Stores>(kind: Kind) =>
  (store: NonNullable<Stores[Kind]>): NonNullable<Stores[Kind]> =>
    httpStore(kind, optionsOf.get(store) ?? {}, () => serving.two)

const any = httpStore('replays', {}, () => serving.one)
const clock = {
  now: async () => (await any.now?.()) ?? Number.NaN,
  advance: async (seconds: number) => {
    await fetch(`${serving.one}/advance?milliseconds=${seconds * 1000}`)
  },
}

/** Kills workerd, and opens the store in a new process. */
async function reopen<Store extends object>(store: Store): Promise<Store> {
  await serving.stop()
  serving = await serve(installed)
  return store
}

/** Workers fetch keys of listed issuers only, so the number of unlisted ones needs no bound. */
const isOfUnlistedPool = ({ name }: StoreCheck): boolean => name.includes('over all unlisted issuers')

describe.skipIf(obstacle !== undefined)('stores in Durable Objects', () => {
  describe('revocations', () => {
    const checks = revocationStoreChecks(
      ({ maxPerIssuer }) => makeStore('revocations', { maxRevocations: maxPerIssuer }),
      { ...clock, peer: peerOf('revocations') },
    )
    it.each(checks.filter((check) => !isOfUnlistedPool(check)))('$name', ({ run }) => run())
  })

  describe('tombstones', () => {
    const checks = tombstoneStoreChecks(
      ({ maxPerServer }) => makeStore('tombstones', { maxTombstones: maxPerServer }),
      { ...clock, peer: peerOf('tombstones'), reopen },
    )
    it.each(checks)('$name', ({ run }) => run())
  })

  describe('used signatures', () => {
    const checks = replayStoreChecks(() => makeStore('replays'), {
      ...clock,
      peer: peerOf('replays'),
      bounded: false,
    })
    it.each(checks)('$name', ({ run }) => run())
  })

  describe('statuses', () => {
    const checks = statusStoreChecks(() => makeStore('statuses'), {
      ...clock,
      peer: peerOf('statuses'),
      bounded: false,
    })
    it.each(checks)('$name', ({ run }) => run())
  })

  describe('links', () => {
    const checks = linkStoreChecks(() => makeStore('links'), {
      ...clock,
      peer: peerOf('links'),
      bounded: false,
    })
    it.each(checks)('$name', ({ run }) => run())
  })
})
