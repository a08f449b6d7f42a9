import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  type Answer,
  type AnyRequirement,
  answer,
  authorize,
  createResource,
  isAAuthError,
  type Resource,
  type ResourceOptions,
  type SignedRequest,
} from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { monitorMissions } from '@aauth-guard/core/missions'
import { compactVerify, importJWK } from 'jose'
import { parseDictionary, type Token } from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { faultsOf } from '../../../../test-vectors/check-schema.ts'
import { statusOf } from '../../../../test-vectors/codes.ts'
import type {
  Refused,
  RequestData,
  ResourceData,
  SigningKeyData,
  Vector,
} from '../../../../test-vectors/vector.ts'

const root = resolve(import.meta.dirname, '../../../../test-vectors')
const folders = ['both', 'mission-header', 'person-token'].flatMap((generation) =>
  ['accept', 'refuse'].map((verdict) => `${generation}/${verdict}`),
)
const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => {
    const vector = JSON.parse(readFileSync(join(root, folder, name), 'utf8')) as Vector
    return { place: `${folder}/${name}`, vector }
  }),
)

describe('the collection of vectors', () => {
  const schema: unknown = JSON.parse(readFileSync(join(root, 'schema.json'), 'utf8'))
  const known = ['requirements.txt', 'attacks.txt'].flatMap((name) =>
    readFileSync(resolve(root, '../docs', name), 'utf8')
      .split('\n')
      .map((line) => line.split(' | ', 1)[0] ?? ''),
  )

  it('contains only files that match the schema', () => {
    const faults = files.flatMap(({ place, vector }) =>
      faultsOf(vector, schema).map((fault) => `${place}: ${fault}`),
    )
    expect(faults).toEqual([])
  })

  it.each([
    ['an additional member', { more: 1 }, ['has more']],
    [
      'an unknown generation',
      { generation: 'p2' },
      ['.generation is none of both, mission-header, person-token'],
    ],
    ['a verdict of neither form', { expected: { verdict: 'accept' } }, ['.expected fits 0 of 2 forms']],
    ['an endpoint that does not exist', { route: { endpoint: 'keys' } }, ['.route fits 0 of 2 forms']],
    ['no id', { ids: [] }, ['.ids is too short']],
    ['a time that is not an integer', { now: 0.5 }, ['.now is no integer']],
  ])('is checked: the schema rejects %s', (_, change, faults) => {
    expect(faultsOf({ ...files[0]?.vector, ...change }, schema)).toEqual(faults)
  })

  it('has every file in the folder of its generation and verdict', () => {
    const places = files.map(({ vector: { generation, expected, name } }) => {
      return `${generation}/${expected.verdict}/${name}.json`
    })
    expect(places).toEqual(files.map(({ place }) => place))
  })

  it('has no two vectors with the same title', () => {
    const titles = files.map(({ vector }) => vector.title)
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([])
  })

  it('cites requirements and attacks that exist', () => {
    const cited = files.flatMap(({ vector }) => vector.ids)
    expect(cited.filter((id) => !known.includes(id))).toEqual([])
  })

  it('has a vector for every error code', () => {
    const seen = new Set(
      files.map(({ vector: { expected } }) => expected.verdict === 'refuse' && expected.body.error),
    )
    expect(Object.keys(statusOf).filter((code) => !seen.has(code))).toEqual([])
  })
})

for (const { vector } of files) {
  it(`${vector.title} [${vector.ids.join(', ')}]`, async () => {
    for (const generations of variantsOf(vector)) await judge(vector, generations)
  })
}

/** Where a vector does not say which generations are served, its verdict does not depend on the other one. */
function variantsOf({ generation, resource }: Vector): ResourceOptions['generations'][] {
  if (resource.generations) return [resource.generations]
  const alone = generation === 'both' ? (['mission-header', 'person-token'] as const) : [generation]
  return [['mission-header', 'person-token'], ...alone.map((one) => [one])]
}

async function judge(vector: Vector, generations: ResourceOptions['generations']): Promise<void> {
  const { resource: options, route, before, request, now, expected } = vector
  const fetched: string[] = []
  let clock = now
  const resource = createResource({
    ...optionsOf(options),
    ...(generations && { generations }),
    now: () => clock,
    fetch: publishing(vector, fetched),
  })
  for (const step of before) {
    clock = ('at' in step ? step.at : undefined) ?? now
    if ('revoke' in step) resource.revoke(step.revoke)
    else if ('terminate' in step) await resource.missions.terminate(step.terminate, step.terminate.reason)
    else await authorize(resource, signedRequest(step.accepted), route as AnyRequirement as never)
  }
  fetched.length = 0
  clock = now
  const outcome =
    'endpoint' in route
      ? { answer: await answerEndpoint(resource, request) }
      : await decide(resource, route as AnyRequirement, request)
  if (expected.verdict === 'accept') {
    expect(outcome).toEqual({ auth: expected.auth })
    if (vector.base !== null) expect(signsBase(vector, vector.base)).toBe(true)
    return
  }
  expect(outcome).not.toHaveProperty('auth')
  await expectRefusal((outcome as { answer: Answer }).answer, expected, options.signingKey)
  expect(fetched.length > 0).toBe(expected.mayFetch)
}

/** Who has an account, and which mission blobs there are, is data in a vector and a function in the options. */
function optionsOf({ accounts, missionBlobs, ...options }: ResourceData): ResourceOptions {
  const has: ResourceOptions['accounts'] = (account, { ps, sub }) =>
    accounts?.[account]?.some((person) => person.ps === ps && person.sub === sub) === true
  const blobs = ({ s256 }: { readonly s256: string }): Uint8Array | undefined =>
    missionBlobs?.[s256] === undefined ? undefined : octets(missionBlobs[s256])
  return {
    ...(options as ResourceOptions),
    ...(accounts && { accounts: has }),
    ...(missionBlobs && { missions: monitorMissions({ blobs }) }),
  }
}

async function answerEndpoint(resource: Resource, request: RequestData): Promise<Answer> {
  const given = await answerRoutes(resource, signedRequest(request), async () => octets(request.body))
  if (given === undefined) throw new Error(`${request.target} is not an endpoint`)
  return given
}

type Outcome = { readonly auth: unknown } | { readonly answer: Answer }

async function decide(resource: Resource, route: AnyRequirement, request: RequestData): Promise<Outcome> {
  if (request.streamed) return decideStreamed(resource, route, request)
  try {
    const auth = (await authorize(resource, signedRequest(request), route as never)) as unknown
    return { auth: auth ?? null }
  } catch (error) {
    expect(isAAuthError(error)).toBe(true)
    return { answer: await answer(error) }
  }
}

/** A body that comes after the headers were judged is read by `fetchGuard`. */
async function decideStreamed(
  resource: Resource,
  route: AnyRequirement,
  { method, target, headers, body }: RequestData,
): Promise<Outcome> {
  let seen: unknown
  const guarded = fetchGuard(
    resource,
    route as never,
  )((_request, auth) => {
    seen = auth
    return new Response()
  })
  const lines = headers.map(([name, value]): [string, string] => [name, value])
  const sent = new Request(`https://notes.example${target}`, { method, headers: lines, body: octets(body) })
  const response = await guarded(sent)
  if (seen !== undefined) return { auth: seen }
  return {
    answer: {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    },
  }
}

async function expectRefusal(
  given: Answer,
  expected: Refused,
  key: SigningKeyData | undefined,
): Promise<void> {
  const problem = JSON.parse(given.body) as Record<string, unknown>
  expect(problem).toMatchObject({ ...expected.body, status: expected.status })
  for (const name of ['mission_status', 'termination_reason'] as const)
    expect(problem[name], name).toBe(expected.body[name])
  expect(given.status).toBe(expected.status)
  const { 'aauth-requirement': requirement, ...others } = expected.headers
  for (const name of ['signature-error', 'accept-signature-scheme', 'accept-signature-alg'] as const) {
    expect(given.headers[name], name).toBe(others[name])
  }
  expect('retry-after' in given.headers).toBe(expected.retryAfter === true)
  if (typeof requirement !== 'object') return expect(given.headers['aauth-requirement']).toBe(requirement)
  const [name, params] = parseDictionary(given.headers['aauth-requirement'] ?? '').get('requirement') ?? []
  expect(String(name as Token)).toBe('auth-token')
  const { d, ...published } = key as SigningKeyData
  const jwt = (params as Map<string, unknown>).get('resource-token') as string
  const { payload, protectedHeader } = await compactVerify(jwt, await importJWK({ ...published }))
  const { jti, ...claims } = JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>
  expect(jti).toMatch(/./)
  expect(protectedHeader).toEqual(requirement.resourceToken.header)
  expect(claims).toEqual(requirement.resourceToken.claims)
}

/** Serves what the issuers of a vector publish, and nothing else: what is not listed must not be asked for. */
function publishing({ issuers }: Vector, fetched: string[]): typeof fetch {
  return async (input) => {
    const { origin, pathname } = new URL(String(input))
    fetched.push(`${origin}${pathname}`)
    const documents = issuers[origin]
    if (documents === undefined) throw new Error(`${origin} must not be asked`)
    if (documents === null) throw new TypeError('fetch failed')
    const { status = 404, headers = {}, body = '' } = documents[pathname] ?? {}
    return new Response(body, { status, headers })
  }
}

function signedRequest({ method, target, headers, body }: RequestData): SignedRequest {
  return {
    method,
    target,
    header: (name) => headers.filter(([key]) => key === name).map(([, value]) => value),
    body: octets(body),
  }
}

function octets(body: RequestData['body']): Uint8Array<ArrayBuffer> {
  if (body === null) return new Uint8Array()
  if (typeof body === 'string') return new Uint8Array(Buffer.from(body, 'base64'))
  return new TextEncoder().encode(body.octet.repeat(body.times))
}

/** Whether `base` is what one of the signatures signs, found out without this library. */
function signsBase({ request }: Vector, base: string): boolean {
  const text = (name: string): string => request.headers.filter(([key]) => key === name).join(', ')
  const [, payload = ''] = /jwt="[^."]+\.([^."]+)\./.exec(text('signature-key')) ?? []
  const { cnf } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { cnf: { jwk: JsonWebKey } }
  const key = createPublicKey({ key: cnf.jwk, format: 'jwk' })
  const hash = cnf.jwk.kty === 'OKP' ? null : 'sha256'
  return [...text('signature').matchAll(/=:([^:]+):/g)].some(([, signature = '']) =>
    verify(hash, Buffer.from(base), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64')),
  )
}
