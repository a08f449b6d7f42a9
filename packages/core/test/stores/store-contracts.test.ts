import {
  linkStoreChecks,
  recordStoreChecks,
  replayStoreChecks,
  revocationStoreChecks,
  statusStoreChecks,
  tombstoneStoreChecks,
} from '@aauth-guard/testing'
import { describe, it } from 'vitest'
import { LinkMemory } from '../../src/stores/link-store.ts'
import { RecordMemory } from '../../src/stores/record-memory.ts'
import { ReplayMemory } from '../../src/stores/replay-store.ts'
import { RevocationMemory } from '../../src/stores/revocation-store.ts'
import { StatusMemory } from '../../src/stores/status-store.ts'
import { TombstoneMemory } from '../../src/stores/tombstone-store.ts'

let time = 1_790_000_000
const now = (): number => time
const advance = (seconds: number): void => {
  time += seconds
}

describe('the in-process revocation store', () => {
  const checks = revocationStoreChecks(
    ({ max, maxPerIssuer }) => new RevocationMemory(max, maxPerIssuer, now),
    { now, advance },
  )
  it.each(checks)('$name [R11-245, REV-8, REV-10, REV-12]', ({ run }) => run())
})

describe('the in-process replay store', () => {
  const checks = replayStoreChecks((bounds) => new ReplayMemory(bounds, now), { now, advance })
  it.each(checks)('$name [REPLAY-1, REPLAY-2]', ({ run }) => run())
})

describe.each([
  ['listed', true],
  ['unlisted', false],
])('the in-process tombstone store, with %s person servers', (_, listed) => {
  const checks = tombstoneStoreChecks(({ maxPerServer }) => new TombstoneMemory(1000, maxPerServer), {
    listed,
  })
  it.each(checks)('$name [MISS-9, MISS-12, L06]', ({ run }) => run())
})

describe('the in-process link store', () => {
  const checks = linkStoreChecks(({ max }) => new LinkMemory(now, max), { now, advance })
  it.each(checks)('$name', ({ run }) => run())
})

describe('the in-process status store', () => {
  const checks = statusStoreChecks(({ max }) => new StatusMemory(now, max), { now, advance })
  it.each(checks)('$name', ({ run }) => run())
})

describe('the in-process record store', () => {
  const checks = recordStoreChecks((bounds) => new RecordMemory(now, bounds), { now, advance })
  it.each(checks)('$name', ({ run }) => run())
})
