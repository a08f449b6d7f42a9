import { answer, authorize, isAAuthError, type SignedRequest } from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'

const names = [
  'host',
  'authorization',
  'content-type',
  'content-length',
  'content-digest',
  'aauth-mission',
  'signature-key',
  'signature-input',
  'signature',
]

let world: World
let token: string
beforeAll(async () => {
  world = await makeWorld({ replay: 'off' })
  token = await world.agent.authToken({ scope: 'access' })
})

/** Text that gets past some of the parsers, and text that does not. */
const fragment = fc.constantFrom(
  'sig=',
  '(',
  ')',
  '"@method"',
  '"@path"',
  ' ',
  ';',
  'created=1790000000',
  ';created=1790000000',
  'jwt',
  ';jwt="a.b.c"',
  ':AAAA:',
  ', ',
  '="',
  '\\"',
  'notes.example',
  'AAuth ',
  'approver=',
  'sha-256=',
  '%2e%2e/',
  'https://',
  '?',
  '\0',
  '\u00e9',
  '\ud800',
)
const line = fc.oneof(
  fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
)
const lines = fc.array(line, { maxLength: 3 })

/** The status of the AAuthError; fails for anything else. */
async function refuse(request: SignedRequest): Promise<number> {
  const refusal = await authorize(world.resource, request).then(
    () => new Error('accepted'),
    (error: unknown) => error,
  )
  if (!isAAuthError(refusal)) throw refusal
  const { status, headers, body } = await answer(refusal)
  for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/)
  expect(JSON.parse(body)).toMatchObject({ error: refusal.code, status })
  return status
}

describe('totality (property P3): the guard', () => {
  it('refuses any text in any place as a fault of the caller [SIG-3, R11-082, R11-105, A09, A10, B09, E14]', async () => {
    const garbage = fc.record({
      method: line,
      target: fc.oneof(
        line,
        line.map((text) => `/${text}`),
      ),
      fields: fc.dictionary(fc.constantFrom(...names), lines),
      body: fc.option(fc.uint8Array({ maxLength: 32 }), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(garbage, async ({ fields, ...request }) => {
        const header = (name: string): readonly string[] =>
          Object.hasOwn(fields, name) ? (fields[name] ?? []) : []
        expect([400, 401]).toContain(await refuse({ ...request, header }))
      }),
      runs(1500),
    )
  })

  it.each([
    'signature-key',
    'signature-input',
    'signature',
    'host',
    'content-digest',
    'aauth-mission',
    'authorization',
  ])(
    'accepts or refuses, and never fails, with any text in %s of a valid request [SIG-3, R11-105]',
    async (name) => {
      const message = await world.agent.sign('https://notes.example/notes', {}, { token })
      await fc.assert(
        fc.asyncProperty(lines, async (found) => {
          const header = (asked: string): readonly string[] =>
            asked === name
              ? found
              : message.headers.filter(([key]) => key === asked).map(([, value]) => value)
          const outcome = await authorize(world.resource, { method: 'GET', target: '/notes', header }).then(
            () => 200,
            (error: unknown) => (isAAuthError(error) ? error.status : 500),
          )
          expect([200, 400, 401]).toContain(outcome)
        }),
        runs(150),
      )
    },
  )

  it('refuses any claims that a trusted issuer may sign as a fault of the caller [R11-022, G24]', async () => {
    const claim = fc.constantFrom(
      'iss',
      'dwk',
      'aud',
      'sub',
      'jti',
      'iat',
      'exp',
      'nbf',
      'cnf',
      'scope',
      'ps',
      'agent',
      'act',
      'mission',
      'mission_s256',
      'parent_agent',
      'account',
      'tenant',
      '__proto__',
      'constructor',
    )
    const changes = fc.dictionary(claim, fc.jsonValue({ maxDepth: 3 }), {
      minKeys: 1,
      maxKeys: 3,
      noNullPrototype: false,
    })
    const kind = fc.constantFrom('aa-agent+jwt', 'aa-person+jwt', 'aa-auth+jwt', 'aa-resource+jwt')
    const issuer = world.net.personServer
    const iat = world.net.clock.now()
    const good = {
      iss: issuer.id,
      dwk: 'aauth-person.json',
      aud: world.net.resource,
      sub: 's',
      ps: issuer.id,
      jti: 'j',
      iat,
      exp: iat + 60,
      cnf: { jwk: world.agent.key.jwk },
    }
    await fc.assert(
      fc.asyncProperty(kind, changes, async (typ, changed) => {
        const signed = await issuer.sign(typ, { ...good, ...changed })
        const message = await world.agent.sign('https://notes.example/notes', {}, { token: signed })
        const header = (name: string): readonly string[] =>
          message.headers.filter(([key]) => key === name).map(([, value]) => value)
        const outcome = await authorize(world.resource, { method: 'GET', target: '/notes', header }).then(
          ({ iss }) => iss,
          (error: unknown) => (isAAuthError(error) ? error.status : error),
        )
        expect([issuer.id, 401]).toContain(outcome)
      }),
      runs(300),
    )
  })
})
