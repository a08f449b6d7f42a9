import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { MissionBlobs } from '../../src/missions/blobs.ts'

const approver = 'https://ps.example'

function blobOf(name: string | number, padding = 0) {
  const octets = new TextEncoder().encode(
    JSON.stringify({
      agent: 'aauth:a@agent.example',
      approved_at: 'x',
      description: `${name}${'x'.repeat(padding)}`,
    }),
  )
  return { octets, mission: { approver, s256: createHash('sha256').update(octets).digest('base64url') } }
}

/** A loader of these blobs, and the digests that it was called with. */
function holding(blobs: readonly ReturnType<typeof blobOf>[]) {
  const loaded: string[] = []
  const byDigest = new Map(blobs.map(({ octets, mission }) => [mission.s256, octets]))
  const held = new MissionBlobs(async ({ s256 }) => {
    loaded.push(s256)
    return byDigest.get(s256)
  })
  return { held, loaded }
}

describe('the blobs that an operator provides', () => {
  it('are loaded and digested once for many requests', async () => {
    const blob = blobOf('one')
    const { held, loaded } = holding([blob])
    const found = new Set(await Promise.all(Array.from({ length: 20 }, () => held.get(blob.mission))))
    for (let i = 0; i < 20; i++) found.add(await held.get(blob.mission))
    // One object for all of them shows that nothing was digested or parsed again.
    expect([loaded.length, found.size]).toEqual([1, 1])
  })

  it('that do not exist are requested again', async () => {
    const { held, loaded } = holding([])
    for (let i = 0; i < 2; i++) expect(await held.get(blobOf('none').mission)).toBeUndefined()
    expect(loaded).toHaveLength(2)
  })

  it('are requested again after the loader failed', async () => {
    let fails = true
    const blob = blobOf('one')
    const held = new MissionBlobs(() => {
      if (fails) throw new Error('away')
      return blob.octets
    })
    await expect(held.get(blob.mission)).rejects.toThrow('away')
    fails = false
    expect(await held.get(blob.mission)).toBeDefined()
  })

  it.each([
    ['1000 blobs', 1000, 0],
    ['16 MiB', 266, 63_000],
  ])('are kept up to %s', async (_, fitting, padding) => {
    const blobs = Array.from({ length: fitting + 1 }, (_, i) => blobOf(i, padding))
    const { held, loaded } = holding(blobs)
    const first = blobs[0]?.mission as never
    for (const { mission } of blobs.slice(0, fitting)) await held.get(mission)
    await held.get(blobs[1]?.mission as never)
    expect(loaded).toHaveLength(fitting)
    // One more than fits evicts the least recently used.
    await held.get(blobs[fitting]?.mission as never)
    expect(held.get(first)).toBeInstanceOf(Promise)
    await held.get(first)
    expect(loaded).toHaveLength(fitting + 2)
  })
})
