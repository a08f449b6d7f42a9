import { authorize, type Generation } from '@aauth-guard/core'
import { s256 } from '@aauth-guard/fixtures/missions'
import { type Call, makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const approver = 'https://ps.example'
const mission = { approver, s256 }
const old = { scope: 'access', generation: 'mission-header' } as const
const plain = { scope: 'access' }
const header = (line: string): Call => ({ headers: { 'aauth-mission': line } })
const wellFormed = `approver="${approver}"; s256="${s256}"`

async function outcome(world: World, token: string, call: Call): Promise<string> {
  try {
    return (await world.call(token, call)).type
  } catch (error) {
    return `${(error as { status: number }).status} ${(error as { code: string }).code}`
  }
}

describe('a covered AAuth-Mission', () => {
  it.each([
    ['with its parameter', wellFormed, 'auth-token'],
    ['with two members', `approver="${approver}", s256="${s256}"`, 'auth-token'],
    ['without approver', `s256="${s256}"`, '400 invalid_request'],
    ['without s256', `approver="${approver}"`, '400 invalid_request'],
    ['of Tokens', `approver=ps; s256="${s256}"`, '400 invalid_request'],
    [
      'with approver twice',
      `approver="${approver}"; s256="${s256}", approver="${approver}"`,
      '400 invalid_request',
    ],
    ['with s256 twice', `approver="${approver}"; s256="x"; s256="${s256}"`, '400 invalid_request'],
    ['in both spellings', `approver="${approver}"; s256="${s256}", s256="${s256}"`, '400 invalid_request'],
    ['with another member', `${wellFormed}, x=1`, '400 invalid_request'],
    ['that is not a Dictionary', `approver: ${approver}`, '400 invalid_request'],
    ['that is empty', '', '400 invalid_request'],
  ])('%s is read strictly: %j gives %s [MISS-1]', async (_, line, expected) => {
    const world = await makeWorld()
    expect(await outcome(world, await world.agent.authToken(old), header(line))).toBe(expected)
  })

  it('in two lines is refused [MISS-1]', async () => {
    const world = await makeWorld()
    const token = await world.agent.authToken(old)
    const lines = [`approver="${approver}"`, `s256="${s256}"`]
    const message = await world.agent.sign('https://notes.example/notes', header(lines.join(', ')), { token })
    const split = message.headers.flatMap(([name, value]) =>
      name === 'aauth-mission' ? lines.map((line) => [name, line] as const) : [[name, value] as const],
    )
    const request = toSignedRequest({ ...message, headers: split })
    await expect(authorize(world.resource, request)).rejects.toMatchObject({
      code: 'invalid_request',
      status: 400,
    })
  })

  it.each([
    ['an approver with a port', `approver="${approver}:8443"; s256="${s256}"`],
    ['an approver with a slash', `approver="${approver}/"; s256="${s256}"`],
    ['an approver over http', `approver="http://ps.example"; s256="${s256}"`],
    ['a digest with padding', `approver="${approver}"; s256="${s256}="`],
    ['a digest that is not canonical', `approver="${approver}"; s256="${'A'.repeat(42)}B"`],
    ['a digest too short', `approver="${approver}"; s256="${'A'.repeat(42)}"`],
  ])('with %s is refused [MISS-2, L07]', async (_, line) => {
    const world = await makeWorld()
    expect(await outcome(world, await world.agent.authToken(old), header(line))).toBe('400 invalid_request')
  })

  it('is never looked up [MISS-3, R11-282]', async () => {
    const world = await makeWorld()
    const foreign = { approver: 'https://elsewhere.example', s256 }
    await world.call(await world.agent.authToken({ ...old, sub: 'person-2' }), { mission: foreign })
    expect(world.net.fetches.filter(({ url }) => url.includes('elsewhere'))).toEqual([])
  })
})

describe('a covered AAuth-Mission beside a token', () => {
  it.each([
    ['a mission of the same digest', { ...old, mission: s256 }, mission, 'auth-token'],
    [
      'a mission of another digest',
      { ...old, mission: `${'B'.repeat(42)}A` },
      mission,
      '400 invalid_request',
    ],
    [
      'a mission of another approver',
      { ...old, mission: s256 },
      { approver: 'https://other.example', s256 },
      '400 invalid_request',
    ],
    ['the same mission, draft 11', { ...plain, mission: s256 }, mission, 'auth-token'],
    [
      'another mission, draft 11',
      { ...plain, mission: `${'B'.repeat(42)}A` },
      mission,
      '400 invalid_request',
    ],
    [
      'another approver, draft 11',
      { ...plain, mission: s256 },
      { approver: 'https://other.example', s256 },
      '400 invalid_request',
    ],
    ['no mission, draft 11', plain, mission, 'auth-token'],
    [
      'no mission, draft 11, of another approver',
      plain,
      { approver: 'https://other.example', s256 },
      'auth-token',
    ],
  ])('with %s is reconciled [MISS-7, MISS-8, L03]', async (_, grant, asserted, expected) => {
    const world = await makeWorld()
    expect(await outcome(world, await world.agent.authToken(grant), { mission: asserted })).toBe(expected)
  })

  it.each([
    ['names', {}, 'https://ps.example', 'agent-token'],
    ['does not name', {}, 'https://other.example', '400 invalid_request'],
    [
      'leaves out, which allows any approver',
      { claims: { ps: undefined } },
      'https://other.example',
      'agent-token',
    ],
  ])(
    'is compared with the person server that the agent token %s [MISS-5]',
    async (_, changes, named, expected) => {
      const world = await makeWorld()
      const call = { mission: { approver: named, s256 }, requirement: { accept: 'agent-token' } } as const
      expect(await outcome(world, await world.agent.agentToken(changes), call)).toBe(expected)
    },
  )

  it('that is malformed is refused in both generations [MISS-1, MISS-8]', async () => {
    const world = await makeWorld()
    const token = await world.agent.authToken(plain)
    expect(await outcome(world, token, header('approver=7'))).toBe('400 invalid_request')
  })

  it.each([old, plain])(
    'is never part of the identity: %j [MISS-4, MISS-8, MISS-13, R11-283]',
    async (grant) => {
      const world = await makeWorld()
      const auth = await world.call(await world.agent.authToken(grant), { mission })
      expect(auth.mission).toBeUndefined()
      expect(JSON.stringify(auth)).not.toContain(s256)
    },
  )

  it('is overridden by the mission of the token [MISS-13, L03]', async () => {
    const world = await makeWorld()
    const auth = await world.call(await world.agent.authToken({ ...old, mission: s256 }), { mission })
    expect(auth.mission).toEqual(mission)
  })
})

describe('with drafts 01 to 10 switched off', () => {
  const generations: Generation[] = ['person-token']

  it.each([
    ['malformed', header('approver=7')],
    ['of another mission', { mission: { approver: 'https://other.example', s256: `${'B'.repeat(42)}A` } }],
    ['uncovered', { mission, mistake: 'uncovered-mission' } as const],
  ])('AAuth-Mission is dropped unread, even when it is %s [MISS-8, R11-283]', async (_, call) => {
    const world = await makeWorld({ generations })
    const token = await world.agent.authToken({ ...plain, mission: s256 })
    expect((await world.call(token, call)).mission).toEqual(mission)
  })
})
