import { authorize, type DecisionEvent, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { answerWellKnown } from '@aauth-guard/core/adapter'
import { type Environment, resourceFromEnv } from '@aauth-guard/core/env'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { fileOf, key, listening, needed, thrownBy } from './scene.ts'

const AAUTH_SIGNING_KEY = JSON.stringify(key)
const keyed = { ...needed, AAUTH_SIGNING_KEY } as const

/** The outcome for tokens of an agent provider and a person server, with a resource from the environment. */
async function outcomes(env: Environment, options: Partial<ResourceOptions> = {}): Promise<string[]> {
  const { net, agent } = await makeWorld()
  const resource = resourceFromEnv({ fetch: net.fetch, now: net.clock.now, ...options }, env)
  const tokens = [
    ['agent-token', await agent.agentToken()],
    ['auth-token', await agent.authToken({ scope: 'access' })],
  ] as const
  const found = tokens.map(async ([accept, token]) => {
    const message = await agent.sign('https://notes.example/notes', {}, { token })
    return authorize(resource, toSignedRequest(message), { accept }).then(
      ({ type }) => type,
      ({ code }: { code: string }) => code,
    )
  })
  return Promise.all(found)
}

async function metadataOf(resource: Resource): Promise<Record<string, unknown>> {
  const answer = await answerWellKnown(resource, 'GET', '/.well-known/aauth-resource.json')
  return JSON.parse(answer?.body ?? '') as Record<string, unknown>
}

describe('AAUTH_TRUST', () => {
  const accepted = ['agent-token', 'auth-token']
  it.each([
    ['any', accepted],
    ['https://ps.example', accepted],
    [' https://other.example , https://ps.example', accepted],
    ['https://other.example', ['agent-token', 'invalid_jwt']],
    ['{"personServers":["https://ps.example"]}', ['invalid_jwt', 'auth-token']],
    ['{"agentProviders":["https://agent.example"]}', ['agent-token', 'invalid_jwt']],
  ])('%s trusts the listed issuers', async (AAUTH_TRUST, found) => {
    expect(await outcomes({ ...keyed, AAUTH_TRUST })).toEqual(found)
  })

  it.each([
    [undefined, '"AAUTH_TRUST" is not set: set it to person servers with commas between them'],
    ['', '"AAUTH_TRUST" is not set'],
    ['{"personServers"', '"AAUTH_TRUST" begins with { and is not JSON: write such as'],
    ['all', '"trust.personServers" contains "all", which is not a server identifier'],
    ['https://ps.example/', '"trust.personServers" contains "https://ps.example/"'],
    ['{"accessServers":"any"}', '"trust.accessServers" is "any"'],
  ])('%s makes resourceFromEnv fail', (AAUTH_TRUST, error) => {
    expect(thrownBy(() => resourceFromEnv({}, { ...keyed, AAUTH_TRUST }))).toContain(error)
  })
})

describe('AAUTH_ISSUER', () => {
  it.each([
    [undefined, '"AAUTH_ISSUER" is not set: set it to the address of the resource, such as'],
    ['', '"AAUTH_ISSUER" is not set'],
    ['https://notes.example/', '"issuer" is "https://notes.example/", which is not a server identifier'],
  ])('%s makes resourceFromEnv fail', (AAUTH_ISSUER, error) => {
    expect(thrownBy(() => resourceFromEnv({}, { ...keyed, AAUTH_ISSUER }))).toContain(error)
  })
})

describe('the options of the code', () => {
  it('are merged with the environment', async () => {
    const events: DecisionEvent[] = []
    const scopes = { access: 'Use the notes' }
    await outcomes(keyed, { scopes, onDecision: (event) => events.push(event) })
    expect(events.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted'])
    expect((await metadataOf(resourceFromEnv({ scopes }, keyed))).scope_descriptions).toEqual(scopes)
  })

  it('apply when the environment sets none, and are replaced when it does', async () => {
    const trust = { agentProviders: 'any', personServers: ['https://other.example'] } as const
    expect(await outcomes({ ...keyed, AAUTH_TRUST: '' }, { trust })).toEqual(['agent-token', 'invalid_jwt'])
    expect(await outcomes(keyed, { trust })).toEqual(['agent-token', 'auth-token'])
    const issuer = 'https://photos.example'
    expect(resourceFromEnv({ issuer }, { ...keyed, AAUTH_ISSUER: '' }).issuer).toBe(issuer)
    expect(resourceFromEnv({ issuer }, keyed).issuer).toBe('https://notes.example')
  })

  it('that do not exist are refused', () => {
    expect(thrownBy(() => resourceFromEnv({ scope: {} } as never, keyed))).toContain('did you mean "scopes"?')
  })
})

describe('AAUTH_PERSON_HASH_KEY_FILE', () => {
  const octets = Uint8Array.from({ length: 32 }, (_, index) => 7 * index)

  async function personNamed(content: string | Uint8Array): Promise<string | undefined> {
    const events: DecisionEvent[] = []
    await outcomes(
      { ...keyed, AAUTH_PERSON_HASH_KEY_FILE: fileOf(content) },
      { onDecision: (event) => events.push(event) },
    )
    // The two requests run at once, so that either may be decided first.
    const named = events.find(({ person }) => person !== undefined)
    expect(named?.personScope).toBe('fleet')
    return named?.person
  }

  it('may contain 32 octets raw, in hexadecimal or in base64, which identify a person alike', async () => {
    const person = await personNamed(octets)
    expect(person).toMatch(/^[\w-]{43}$/)
    for (const encoding of ['hex', 'base64', 'base64url'] as const)
      expect(await personNamed(`${Buffer.from(octets).toString(encoding)}\n`)).toBe(person)
  })

  it('with anything else makes resourceFromEnv fail, without showing anything of it', () => {
    const AAUTH_PERSON_HASH_KEY_FILE = fileOf('correct horse battery staple')
    const thrown = thrownBy(() => resourceFromEnv({}, { ...keyed, AAUTH_PERSON_HASH_KEY_FILE }))
    expect(thrown).toContain('"AAUTH_PERSON_HASH_KEY_FILE" does not hold 32 octets')
    expect(thrown).not.toContain('correct')
  })

  it('that others can read causes a warning', () => {
    const said = listening()
    resourceFromEnv({}, { ...keyed, AAUTH_PERSON_HASH_KEY_FILE: fileOf(octets, 0o644) })
    expect(said()).toEqual([expect.stringContaining('"AAUTH_PERSON_HASH_KEY_FILE" names')])
  })
})

describe('unknown variables', () => {
  it('cause a warning with the likely right name and without their values', () => {
    const said = listening()
    resourceFromEnv(
      {},
      { ...keyed, AAUTH_SIGNINGKEY: 'secret', AAUTH_TRUSTS: 'x', AAUTH_COLOUR: 'blue', PATH: '/' },
    )
    expect(said()).toEqual([
      'aauth-guard: "AAUTH_SIGNINGKEY" is not a variable that is read: did you mean "AAUTH_SIGNING_KEY"?',
      'aauth-guard: "AAUTH_TRUSTS" is not a variable that is read: did you mean "AAUTH_TRUST"?',
      'aauth-guard: "AAUTH_COLOUR" is not a variable that is read: use one of AAUTH_ISSUER, AAUTH_TRUST, AAUTH_SIGNING_KEY, AAUTH_SIGNING_KEY_FILE, AAUTH_PREVIOUS_KEYS_FILE, AAUTH_PERSON_HASH_KEY_FILE, AAUTH_DEV',
    ])
  })

  it('cause a warning before a missing variable is refused', () => {
    const said = listening()
    const { AAUTH_SIGNING_KEY: misplaced, ...others } = keyed
    expect(thrownBy(() => resourceFromEnv({}, { ...others, AAUTH_SIGNIN_KEY: misplaced }))).toContain(
      'is not set',
    )
    expect(said()).toEqual([expect.stringContaining('did you mean "AAUTH_SIGNING_KEY"?')])
  })
})

describe('on a development machine', () => {
  const AAUTH_DEV = 'http://localhost:4800'
  const AAUTH_ISSUER = 'http://localhost:3800'

  it('a resource starts without a key and trust, and only reports that it is in development mode', () => {
    const said = listening()
    expect(resourceFromEnv({}, { AAUTH_DEV, AAUTH_ISSUER }).issuer).toBe(AAUTH_ISSUER)
    expect(said()).toEqual([expect.stringContaining('runs in development mode')])
  })

  it('the servers of the world replace the trust for production', async () => {
    listening()
    const resource = resourceFromEnv({ trust: 'any' }, { AAUTH_DEV, AAUTH_ISSUER, AAUTH_TRUST: 'any' })
    const { net, agent } = await makeWorld()
    const message = await agent.sign(`${AAUTH_ISSUER}/notes`, {}, { token: await agent.agentToken() })
    net.clock.real()
    await expect(
      authorize(resource, toSignedRequest(message), { accept: 'agent-token' }),
    ).rejects.toMatchObject({ name: 'AAuthError' })
  })

  it.each<readonly [what: string, env: Environment, error: string]>([
    [
      'without AAUTH_DEV',
      { AAUTH_ISSUER: 'http://localhost:3801', AAUTH_TRUST: 'any' },
      'set AAUTH_DEV and use devOptions()',
    ],
    [
      'for an address elsewhere',
      { AAUTH_DEV, AAUTH_ISSUER: 'https://notes.example' },
      'which is not on this machine: write http://localhost:PORT, or unset AAUTH_DEV',
    ],
    ['in production', { AAUTH_DEV, AAUTH_ISSUER, NODE_ENV: 'production' }, 'unset AAUTH_DEV in production'],
  ])('a resource does not start %s', (_, env, error) => {
    expect(thrownBy(() => resourceFromEnv({}, env))).toContain(error)
  })
})
