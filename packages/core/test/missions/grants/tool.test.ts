import { createHash } from 'node:crypto'
import type { AAuthError, Mission } from '@aauth-guard/core'
import { now } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { approver, type Fleet, makeFleet, two } from './runtimes.ts'

function blobOf(changes: Record<string, unknown> = {}): { octets: Uint8Array; s256: string } {
  const octets = new TextEncoder().encode(
    JSON.stringify({
      approver,
      agent: 'aauth:planner@agent.example',
      approved_at: '2026-09-21T13:00:00Z',
      description: 'Sort the feedback',
      approved_tools: [{ name: 'FeedbackReader' }, { name: 'Sorter' }],
      ...changes,
    }),
  )
  return { octets, s256: createHash('sha256').update(octets).digest('base64url') }
}
const { octets, s256 } = blobOf()
const requirement = { tool: 'FeedbackReader', accept: ['auth-token', 'person-token', 'agent-token'] } as const

type Blobs = (mission: Mission) => Uint8Array | undefined | Promise<Uint8Array | undefined>

async function outcome(blobs: Blobs, mission = s256, tool = requirement.tool as string): Promise<string> {
  const fleet = await makeFleet({ blobs })
  return fleet.outcome(await fleet.runtime('planner'), { mission, requirement: { ...requirement, tool } })
}

describe('a route with a tool', () => {
  const generations = ['mission-header', 'person-token'] as const

  it.each(generations)('accepts a mission for which the tool was approved: %s', async (generation) => {
    const fleet = await makeFleet({ blobs: () => octets })
    const runtime = await fleet.runtime('planner')
    expect(await fleet.outcome(runtime, { generation, mission: s256, requirement })).toBe('200')
  })

  it.each(generations)('refuses a mission for which another tool was approved: %s', async (generation) => {
    const fleet = await makeFleet({ blobs: () => octets })
    const runtime = await fleet.runtime('planner')
    const call = { generation, mission: s256, requirement: { ...requirement, tool: 'FeedbackEraser' } }
    expect(await fleet.outcome(runtime, call)).toBe('403 access_denied')
    expect(fleet.refusals.map(({ hint }: AAuthError) => hint)).toEqual([
      '"FeedbackEraser" is not an approved tool of the mission',
    ])
  })

  it.each(generations)('requires a mission: %s [MISS-10]', async (generation) => {
    const fleet = await makeFleet({ blobs: () => octets })
    const runtime = await fleet.runtime('planner')
    expect(await fleet.outcome(runtime, { generation, requirement })).toBe('403 mission_required')
  })

  it('accepts a person token with the mission, and challenges an agent token for one', async () => {
    const fleet = await makeFleet({ blobs: () => octets })
    const runtime = await fleet.runtime('planner')
    expect([
      await fleet.outcome(runtime, { kind: 'person-token', mission: s256, requirement }),
      await fleet.outcome(runtime, { kind: 'agent-token', requirement }),
    ]).toEqual(['200', '401 person_token_required'])
  })

  it.each([
    ['deny', '403 class_mismatch'],
    ['mission-only', '200'],
  ] as const)(
    'under %s answers a runtime of another provider than that of the blob with %s [CLASS-2]',
    async (classPolicy, expected) => {
      const of = blobOf({ agent: 'aauth:planner@other-agent.example' })
      const fleet = await makeFleet({ blobs: () => of.octets })
      const call = { generation: 'mission-header', mission: of.s256 } as const
      const runtime = await fleet.runtime('planner')
      const wanted = { ...requirement, classPolicy }
      expect(await fleet.outcome(runtime, { ...call, requirement: wanted })).toBe(expected)
    },
  )

  it.each(['feedbackreader', 'Feedback', 'FeedbackReader ', 'toString', '__proto__', 'Reader'])(
    'compares the name of the tool exactly: %j',
    async (tool) => {
      expect(await outcome(() => octets, s256, tool)).toBe('403 access_denied')
    },
  )

  it.each<[string, Blobs, string]>([
    ['is there later', async () => octets, '200'],
    ['is not there', () => undefined, '403 access_denied'],
    ['is not there later', async () => undefined, '403 access_denied'],
  ])('decides when the blob %s: %s', async (_, blobs, expected) => {
    expect(await outcome(blobs)).toBe(expected)
  })

  it.each<[string, Blobs]>([
    [
      'throws',
      () => {
        throw new Error('the bucket is away')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the bucket is away'))],
    ['hands over the blob of another mission', () => blobOf({ description: 'Delete the feedback' }).octets],
    ['hands over what is not octets', () => ({}) as Uint8Array],
    ['hands over null', () => null as unknown as undefined],
  ])('answers 503 when the loader %s', async (_, blobs) => {
    expect(await outcome(blobs)).toBe('503 server_error')
  })

  it('loads the blob for the mission of the token, and no other [MISS-12]', async () => {
    const asked: Mission[] = []
    const blobs = (mission: Mission): Uint8Array => {
      asked.push({ ...mission })
      return octets
    }
    expect(await outcome(blobs, two)).toBe('503 server_error')
    expect(asked).toEqual([{ approver, s256: two }])
  })

  it.each([
    ['names the approver of the mission', { approver }, '200'],
    ['does not name an approver, as in draft 11', { approver: undefined }, '200'],
    ['names another approver', { approver: 'https://other-ps.example' }, '403 access_denied'],
  ])('decides when the blob %s [MISS-12, X14]', async (_, members, expected) => {
    const blob = blobOf(members)
    expect(await outcome(() => blob.octets, blob.s256)).toBe(expected)
  })

  it.each([
    ['a second before', now + 1, '200'],
    ['in the second of', now, '403 access_denied'],
    ['long after', now - 86_400, '403 access_denied'],
  ])('decides %s the expiry in the blob', async (_, end, expected) => {
    const ending = blobOf({ expires_at: new Date(end * 1000).toISOString() })
    expect(await outcome(() => ending.octets, ending.s256)).toBe(expected)
  })

  it('refuses when the blob approves no tools', async () => {
    const bare = blobOf({ approved_tools: undefined })
    expect(await outcome(() => bare.octets, bare.s256)).toBe('403 access_denied')
  })

  it('checks the tool after the class and before the account', async () => {
    const fleet: Fleet = await makeFleet({ blobs: () => octets })
    const runtime = await fleet.runtime('planner')
    const call = { generation: 'mission-header', mission: s256 } as const
    const wrong = { tool: 'FeedbackEraser', account: 'ws-7' }
    const foreign = { ...wrong, class: { provider: 'https://other-agent.example' } }
    expect(await fleet.outcome(runtime, { ...call, requirement: foreign })).toBe('403 class_mismatch')
    await fleet.outcome(runtime, { ...call, requirement: wrong })
    expect(fleet.refusals.at(-1)?.hint).toBe('"FeedbackEraser" is not an approved tool of the mission')
  })
})

describe('a mission blob on a route without a tool', () => {
  const plain = { accept: ['auth-token'], mission: 'required' } as const
  async function without(changes: Record<string, unknown>, requirement: object = plain): Promise<string> {
    const blob = blobOf(changes)
    const fleet = await makeFleet({ blobs: () => blob.octets })
    const call = { generation: 'mission-header', mission: blob.s256, requirement } as const
    return fleet.outcome(await fleet.runtime('planner'), call as never)
  }
  const foreign = 'aauth:planner@other-agent.example'

  it.each([
    ['a second before', now + 1, '200'],
    ['in the second of', now, '403 access_denied'],
  ])('expires the mission at its expires_at: %s it %s', async (_, end, expected) => {
    expect(await without({ expires_at: new Date(end * 1000).toISOString() })).toBe(expected)
  })

  it('names an agent that is compared as a class only on routes with "class" or "tool"', async () => {
    const classed = { class: { provider: 'https://agent.example' } }
    expect([
      await without({ agent: foreign }),
      await without({ agent: foreign }, classed),
      await without({ agent: foreign }, { tool: 'Sorter' }),
      await without({ agent: 'aauth:another@agent.example' }, classed),
    ]).toEqual(['200', '403 class_mismatch', '403 class_mismatch', '200'])
  })

  it('leads to 503 when it is unavailable, because the mission may have expired', async () => {
    const fleet = await makeFleet({ blobs: () => Promise.reject(new Error('the database is away')) })
    const call = { generation: 'mission-header', mission: s256, requirement: plain } as const
    expect(await fleet.outcome(await fleet.runtime('planner'), call as never)).toBe('503 server_error')
  })

  it('names resources that are not enforced', async () => {
    const resources = { approved_resources: ['https://other.example'] }
    expect([await without(resources), await without(resources, { tool: 'Sorter' })]).toEqual(['200', '200'])
  })

  it('of another mission leads to 503 when a class or a tool depends on it', async () => {
    const fleet = await makeFleet({ blobs: () => octets })
    const runtime = await fleet.runtime('planner')
    const of = (requirement: object) =>
      fleet.outcome(runtime, { generation: 'mission-header', mission: two, requirement } as never)
    expect([
      await of(plain),
      await of({ class: { provider: 'https://agent.example' } }),
      await of({ tool: 'Sorter' }),
    ]).toEqual(['200', '503 server_error', '503 server_error'])
  })
})
