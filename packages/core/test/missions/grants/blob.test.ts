import { createHash } from 'node:crypto'
import { approvedTools, type MissionBlob, verifyMissionBlob } from '@aauth-guard/core/missions'
import { describe, expect, it } from 'vitest'

const members = {
  approver: 'https://ps.example',
  agent: 'aauth:planner@agent.example',
  approved_at: '2026-09-21T13:33:20Z',
  description: 'Sort the feedback of September',
}
const octetsOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const s256Of = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('base64url')

/** Verifies a text under its own digest. */
function verified(text: string): Promise<MissionBlob> {
  const octets = octetsOf(text)
  return verifyMissionBlob(octets, s256Of(octets))
}
const written = (changes: Record<string, unknown>): string => JSON.stringify({ ...members, ...changes })

const noDate = '"expires_at" of the mission blob is not a date-time: write it in the format of RFC 3339'
const noList = '"approved_tools" of the mission blob is not a list: list objects with "name"'
const noName = '"approved_tools" of the mission blob contains a tool without a name: add "name"'

describe('a mission blob', () => {
  it('contains the agent, the description and the time', async () => {
    expect(await verified(written({}))).toEqual({
      agent: 'aauth:planner@agent.example',
      approver: 'https://ps.example',
      description: 'Sort the feedback of September',
      approvedAt: '2026-09-21T13:33:20Z',
    })
  })

  it('contains the expiry and the resources', async () => {
    const text = written({
      expires_at: '2026-09-21T14:33:20.900+01:00',
      approved_resources: ['https://notes.example', 'https://mail.example'],
    })
    expect(await verified(text)).toEqual({
      agent: 'aauth:planner@agent.example',
      approver: 'https://ps.example',
      description: 'Sort the feedback of September',
      approvedAt: '2026-09-21T13:33:20Z',
      expiresAt: 1_789_997_600,
      approvedResources: ['https://notes.example', 'https://mail.example'],
    })
  })

  it('may contain unknown members', async () => {
    expect((await verified(written({ capabilities: ['interaction'], x: { y: 1 } }))).agent).toBe(
      members.agent,
    )
  })

  it('is verified over its exact octets, including white space', async () => {
    const text = JSON.stringify(members, null, 2).concat('\r\n')
    expect((await verified(text)).description).toBe('Sort the feedback of September')
  })

  it('is deeply frozen [Q05]', async () => {
    const blob = await verified(
      written({
        approved_tools: [{ name: 'FeedbackReader' }],
        approved_resources: ['https://notes.example'],
      }),
    )
    for (const part of [blob, blob.approvedResources, approvedTools(blob), approvedTools(blob)[0]])
      expect([typeof part, Object.isFrozen(part)]).toEqual(['object', true])
  })
})

describe('octets that do not match the digest of the mission', () => {
  const text = written({ approved_tools: [{ name: 'FeedbackReader' }] })
  const s256 = s256Of(octetsOf(text))
  const refusal = new TypeError(
    'the octets do not have the digest of the mission: pass the blob exactly as the person server stored it',
  )

  it.each<[string, Uint8Array]>([
    ['of another mission', octetsOf(written({}))],
    ['none', new Uint8Array()],
    ['with another letter', octetsOf(text.replace('September', 'Septembes'))],
    ['parsed and written again with white space', octetsOf(JSON.stringify(JSON.parse(text), null, 1))],
    [
      'with the members in another order',
      octetsOf(JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse()))),
    ],
    ['with a line break behind', octetsOf(`${text}\n`)],
    ['with a byte order mark before', octetsOf(`\ufeff${text}`)],
  ])('are refused: %s', async (_, octets) => {
    await expect(verifyMissionBlob(octets, s256)).rejects.toThrow(refusal)
  })

  it('are refused with any one octet changed', async () => {
    for (let at = 0; at < text.length; at += 17) {
      const octets = octetsOf(text)
      octets[at] = (octets[at] as number) ^ 1
      await expect(verifyMissionBlob(octets, s256)).rejects.toThrow(refusal)
    }
  })

  it.each([
    ['padded', `${s256}=`],
    ['in hexadecimal digits', createHash('sha256').update(text).digest('hex')],
    [
      'in another spelling of its last character',
      s256.slice(0, -1).concat(String.fromCharCode(s256.charCodeAt(42) + 1)),
    ],
    ['empty', ''],
    ['no text', undefined],
  ])('are refused under any digest that is %s [MISS-2]', async (_, digest) => {
    await expect(verifyMissionBlob(octetsOf(text), digest as string)).rejects.toThrow(refusal)
  })

  it('are refused when they are more than 64 KiB', async () => {
    const fitting = written({ x: '' })
    const filled = written({ x: 'x'.repeat(65_536 - fitting.length) })
    expect(octetsOf(filled)).toHaveLength(65_536)
    expect((await verified(filled)).agent).toBe(members.agent)
    await expect(verified(written({ x: 'x'.repeat(65_537 - fitting.length) }))).rejects.toThrow(refusal)
  })

  it('are compared as a copy, so a later change by the caller has no effect', async () => {
    const octets = octetsOf(text)
    const reading = verifyMissionBlob(octets, s256)
    octets.set(octetsOf(text.replace('FeedbackReader', 'FeedbackEraser')))
    expect(approvedTools(await reading)).toEqual([{ name: 'FeedbackReader' }])
  })
})

describe('octets that match the digest but are not a mission blob', () => {
  it.each<[string, string]>([
    ['an empty object', '{}'],
    ['text that is not JSON', 'Sort the feedback'],
    ['a list', JSON.stringify([members])],
    ['null', 'null'],
    ['a text', '"mission"'],
    ['without agent', written({ agent: undefined })],
    ['without description', written({ description: undefined })],
    ['without approved_at', written({ approved_at: undefined })],
    ['with an agent that is not text', written({ agent: 7 })],
    ['with a description that is null', written({ description: null })],
    ['with an approved_at that is a number', written({ approved_at: 1_790_000_000 })],
    ['with a member twice', written({}).replace('{', '{"description":"Delete the feedback",')],
    [
      'with a member twice, once escaped',
      written({}).replace('{', '{"descri\\u0070tion":"Delete the feedback",'),
    ],
    [
      'with a tool whose name stands twice',
      written({}).replace('{', '{"approved_tools":[{"name":"a","name":"b"}],'),
    ],
  ])('are refused: %s', async (_, text) => {
    await expect(verified(text)).rejects.toThrow(
      new TypeError(
        '"agent", "description" or "approved_at" is missing in the mission blob: the person server must add it',
      ),
    )
  })

  it('are refused in an encoding other than UTF-8', async () => {
    const octets = Buffer.from(written({ description: 'Gr\u00fc\u00dfe' }), 'latin1')
    await expect(verifyMissionBlob(octets, s256Of(octets))).rejects.toThrow(TypeError)
  })

  it.each([
    'soon',
    1_790_000_000,
    null,
    '',
    'September 2026',
    '2026-09-21',
    '2026-09-21T14:33:20',
    '2026-13-21T14:33:20Z',
    'x2026-09-21T14:33:20Z',
    '2026-09-21T14:33:20Zx',
  ])('are refused when expires_at is %j', async (expires) => {
    await expect(verified(written({ expires_at: expires }))).rejects.toThrow(new TypeError(noDate))
  })

  it.each([null, 'https://notes.example', [7], { 0: 'https://notes.example' }])(
    'are refused when approved_resources is %j',
    async (resources) => {
      await expect(verified(written({ approved_resources: resources }))).rejects.toThrow(
        new TypeError(
          '"approved_resources" of the mission blob is not a list of strings: list server identifiers',
        ),
      )
    },
  )

  it.each<[unknown, string]>([
    [{ name: 'FeedbackReader' }, noList],
    ['FeedbackReader', noList],
    [['FeedbackReader'], noName],
    [[{ name: 7 }], noName],
    [[{ name: 'a' }, {}], noName],
    [[null], noName],
  ])('are refused when approved_tools is %j', async (tools, message) => {
    await expect(verified(written({ approved_tools: tools }))).rejects.toThrow(new TypeError(message))
  })
})

describe('the approved tools', () => {
  it('are those of the blob, with their descriptions', async () => {
    const blob = await verified(
      written({
        approved_tools: [
          { name: 'FeedbackReader', description: 'Reads', x: 1 },
          { name: 'Sorter', description: 7 },
        ],
      }),
    )
    expect(approvedTools(blob)).toEqual([
      { name: 'FeedbackReader', description: 'Reads' },
      { name: 'Sorter' },
    ])
  })

  it.each([{}, { approved_tools: [] }])('are empty for a blob with %j', async (changes) => {
    expect(approvedTools(await verified(written(changes)))).toEqual([])
  })

  it('cannot be read from a blob that was not verified', async () => {
    const blob = await verified(written({ approved_tools: [{ name: 'FeedbackReader' }] }))
    for (const copy of [{ ...blob }, JSON.parse(JSON.stringify(blob)), { ...members, approvedTools: [] }])
      expect(() => approvedTools(copy as MissionBlob)).toThrow(
        new TypeError('the mission blob was not verified: pass what verifyMissionBlob() returned'),
      )
  })
})
