import type { AAuthError, AnyRequirement, ResourceOptions } from '@aauth-guard/core'
import { notes } from '@aauth-guard/fixtures/issued'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { parseDictionary, serializeDictionary } from 'structured-headers'
import { expect, it } from 'vitest'

const old = { generations: ['mission-header'] } as const
const draft11 = { generations: ['person-token'] } as const
const read = { scope: 'notes.read' } as const

type Mint = (world: World) => Promise<string>
const agentToken: Mint = ({ agent }) => agent.agentToken()
const personToken: Mint = ({ agent }) => agent.personToken()
const authToken: Mint = ({ agent }) => agent.authToken({ scope: 'notes.write' })
const olderAuthToken: Mint = ({ agent }) =>
  agent.authToken({ scope: 'notes.write', generation: 'mission-header' })

/** What a refused caller is challenged for, without the resource token. */
function asked({ status, code, headers }: AAuthError): unknown[] {
  const { 'aauth-requirement': requirement = '', ...rest } = headers
  return [status, code, requirement.replace(/;resource-token=".*"$/, ' and a resource token'), rest]
}
const noStore = {
  'cache-control': 'no-store',
  link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
}

const rows: readonly (readonly [
  title: string,
  options: Partial<ResourceOptions>,
  mint: Mint,
  requirement: AnyRequirement,
  ask: string,
])[] = [
  [
    'a person token where the agent must be known [CHAL-3, R11-140]',
    {},
    personToken,
    { accept: 'agent-token' },
    'agent-token',
  ],
  [
    'an auth token where the agent must be known [CHAL-3, R11-140]',
    {},
    authToken,
    { accept: 'agent-token' },
    'agent-token',
  ],
  [
    'an agent token where the person must be known [CHAL-4, AGENT-8, R11-141, R11-149]',
    {},
    agentToken,
    { accept: 'person-token' },
    'person-token',
  ],
  [
    'an agent token where the person or a grant must be known [CHAL-4, R11-141]',
    {},
    agentToken,
    { accept: ['person-token', 'auth-token'] },
    'person-token',
  ],
  [
    'an auth token of drafts 01 to 10 where the person must be known [CHAL-4]',
    {},
    olderAuthToken,
    { accept: 'person-token' },
    'person-token',
  ],
  [
    'an agent token where a grant is needed, in draft 11 [CHAL-5, AGENT-8, R11-142, R11-160, M01]',
    draft11,
    agentToken,
    read,
    'person-token',
  ],
  [
    'an agent token where a grant is needed, in both [CHAL-5, AGENT-8, R11-142, R11-160, M01]',
    {},
    agentToken,
    read,
    'person-token',
  ],
  [
    'a person token where a grant is needed [CHAL-6, PERS-7, R11-143, R11-144]',
    {},
    personToken,
    read,
    'auth-token and a resource token',
  ],
  [
    'an auth token that grants something else [CHAL-7, AUTH-10, R11-067, R11-144, R11-146]',
    {},
    authToken,
    read,
    'auth-token and a resource token',
  ],
  [
    'an auth token of drafts 01 to 10 that grants something else [CHAL-7, AUTH-10]',
    {},
    olderAuthToken,
    read,
    'auth-token and a resource token',
  ],
  [
    'an agent token where a grant is needed, in drafts 01 to 10 [CHAL-8]',
    old,
    agentToken,
    read,
    'auth-token and a resource token',
  ],
]

it.each(rows)('the guard challenges %s [CHAL-15, R11-150]', async (_, options, mint, requirement, ask) => {
  const world = await makeWorld({ ...notes, ...options })
  const error = await world.refusal(await mint(world), { requirement })
  const code = `${ask.replace(/ .*/, '').replace('-', '_')}_required`
  expect(asked(error)).toEqual([401, code, `requirement=${ask}`, noStore])
})

it('a challenge is one Dictionary member with a Token and a String and nothing else [CHAL-16, R11-147, M10]', async () => {
  const { agent, refusal } = await makeWorld(notes)
  const { headers } = await refusal(await agent.personToken(), { requirement: read })
  const field = headers['aauth-requirement'] ?? ''
  const dictionary = parseDictionary(field)
  const [value, params] = dictionary.get('requirement') ?? []
  expect([
    [...dictionary.keys()],
    String(value),
    [...((params as Map<string, unknown>)?.keys() ?? [])],
    serializeDictionary(dictionary),
  ]).toEqual([['requirement'], 'auth-token', ['resource-token'], field])
})

it('a refusal by policy is a 403 without a challenge [R11-151]', async () => {
  const { agent, refusal } = await makeWorld(notes)
  const requirement = { ...read, check: () => false }
  const { status, code, headers } = await refusal(await agent.authToken(read), { requirement })
  expect([status, code, headers]).toEqual([403, 'access_denied', { 'cache-control': 'no-store' }])
})
