import { AAuthError, type AAuthErrorCode, answer } from '@aauth-guard/core'
import { mission } from '@aauth-guard/fixtures/missions'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import { type Call, makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type AgentMistake, agentMistakes } from '@aauth-guard/testing'
import { type BareItem, type InnerList, parseDictionary, Token } from 'structured-headers'
import { beforeAll, describe, expect, it } from 'vitest'

const base = ['@method', '@authority', '@path', 'signature-key']
const bearer = { authorization: 'AAuth opaque' }

interface Row {
  readonly rule: string
  readonly mistake: AgentMistake
  readonly code: string
  /** What the `required_input` member must list. */
  readonly required?: readonly string[]
  /** Header beside `Signature-Error`. */
  readonly accepts?: Readonly<Record<string, string>>
  readonly call?: Call
}

const signature = (rule: string, mistake: AgentMistake): Row => ({ rule, mistake, code: 'invalid_signature' })
const input = (rule: string, mistake: AgentMistake, required = base): Row => ({
  rule,
  mistake,
  code: 'invalid_input',
  required,
})
const scheme = (rule: string, mistake: AgentMistake): Row => ({
  rule,
  mistake,
  code: 'unsupported_scheme',
  accepts: { 'accept-signature-scheme': 'jwt' },
})

const rows: readonly Row[] = [
  signature('a stolen token under another key [SIG-24, R11-102]', 'wrong-key'),
  signature('a signature 61 s old [SIG-18, R11-093]', 'stale'),
  { rule: 'a signature 61 s ahead [SIG-19, R11-094]', mistake: 'future', code: 'clock_skew' },
  signature('a signature without created [SIG-17, R11-092, C01]', 'no-created'),
  signature('created as a String [SIG-17, R11-092, C02]', 'string-created'),
  signature('created as a Decimal [SIG-17, R11-092, C02]', 'decimal-created'),
  signature('a signature past its expires [SIG-20, R11-095, C05]', 'expired'),
  signature('expires before created [SIG-20, C06]', 'expires-before-created'),
  input('a signature that does not cover @method [SIG-7, R11-086, R11-090, ERR-4, E01]', 'omit-method'),
  input('a signature that does not cover @authority [SIG-7, R11-086, R11-090, E01]', 'omit-authority'),
  input('a signature that does not cover @path [SIG-7, R11-086, R11-090, E01]', 'omit-path'),
  input('a signature that does not cover signature-key [SIG-7, R11-086, E01]', 'omit-signature-key'),
  input('a signature that covers nothing [SIG-7, R11-086, R11-090, E01]', 'nothing-covered'),
  signature('a component covered twice [SIG-13, R11-091]', 'duplicate-component'),
  input('"@method";req in place of "@method" [SIG-13, R11-091, D10, E02]', 'component-parameter'),
  input('"signature-key" with a parameter [SIG-13, R11-091, D08, E02]', 'key-parameter'),
  signature('a covered field that is absent [E04]', 'absent-component'),
  signature('a derived component that requests do not have [D10]', 'unknown-derived-component'),
  signature('a label that is not in all three fields [SIG-4, R11-083, D01, D03]', 'label-mismatch'),
  signature('a label repeated within one field [SIG-3, R11-085]', 'duplicate-label'),
  signature('a repeated signature parameter [SIG-3, B04]', 'duplicate-parameter'),
  signature('two labels with scheme jwt [SIG-6, R11-085, D04]', 'two-jwt-labels'),
  signature('a flipped signature [SIG-24, R11-102]', 'flip-signature'),
  signature('a signature of 3 octets [SIG-24, B11]', 'short-signature'),
  signature('a signature in base64url [SIG-3, R11-082, B11]', 'base64url-signature'),
  signature('a signature that is not a byte sequence [SIG-3, R11-082, B11]', 'signature-as-token'),
  signature('a request without Signature [SIG-1, R11-080, A18]', 'no-signature'),
  signature('a request without Signature-Input [SIG-1, R11-080, A18]', 'no-signature-input'),
  signature('a request without Signature-Key [SIG-1, R11-080, A18]', 'no-signature-key'),
  signature('an empty Signature [SIG-1, A18]', 'empty-signature'),
  signature('another path than the signed one [SIG-15, R11-102]', 'other-path'),
  signature('another method than the signed one [SIG-24, R11-102, E05]', 'other-method'),
  signature('a signature for another authority [SIG-14, R11-103]', 'other-authority'),
  scheme('a scheme nobody registered [KEY-3, R11-098]', 'unknown-scheme'),
  scheme('scheme hwk [KEY-1, R11-098]', 'hwk-scheme'),
  scheme('scheme cached [KEY-3, R11-131]', 'cached-scheme'),
  { rule: 'scheme jwt without a jwt [KEY-4]', mistake: 'no-token', code: 'invalid_jwt' },
  { rule: 'a jwt that is a Token [KEY-4, B01]', mistake: 'token-as-sf-token', code: 'invalid_jwt' },
  {
    ...input('an AAuth-Mission that is not covered [SIG-10, L03]', 'uncovered-mission', [
      ...base,
      'aauth-mission',
    ]),
    call: { mission },
  },
  {
    ...input('an Authorization: AAuth that is not covered [SIG-9, R11-088, M17]', 'uncovered-authorization', [
      ...base,
      'authorization',
    ]),
    call: { headers: bearer },
  },
]

let world: World
let token: string
beforeAll(async () => {
  world = await makeWorld()
  token = await world.agent.authToken({ scope: 'access' })
})

describe('each signing mistake, answered with 401 and the problem of its code [SIG-25, R11-105, ERR-6, P01]', () => {
  it.each(rows)('is refused: $rule', async ({ mistake, code, required, accepts, call }) => {
    const { status, headers, body } = await answer(await world.refusal(token, { ...call, mistake }))
    const list = required?.map((name) => `"${name}"`).join(' ')
    expect({ status, headers }).toEqual({
      status: 401,
      headers: {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'signature-error': `error=${code}${list === undefined ? '' : `, required_input=(${list})`}`,
        ...accepts,
      },
    })
    // The same for every request, so that it discloses nothing about one.
    expect(body).toBe((await answer(new AAuthError(code as AAuthErrorCode))).body)
  })

  it.each(rows)(
    'is named in a Dictionary that a general parser reads: $mistake [ERR-4, R11-109]',
    async (row) => {
      const error = await world.refusal(token, { ...row.call, mistake: row.mistake })
      const members = parseDictionary(error.headers['signature-error'] ?? '')
      expect((members.get('error') as [BareItem, unknown])[0]).toEqual(new Token(row.code))
      const required = members.get('required_input') as InnerList | undefined
      expect(required?.[0].map(([name]) => name)).toEqual(row.required)
    },
  )

  it.each(rows)(
    'is explained to the operator in a hint without the token: $mistake [P04]',
    async ({ mistake, call }) => {
      const { hint } = await world.refusal(token, { ...call, mistake })
      expect(hint).toMatch(/^.{10,512}$/)
      for (const segment of token.split('.')) expect(hint).not.toContain(segment)
    },
  )

  it.each([{}, { mission }, { headers: bearer }])(
    'is the reason for the refusal: the same call without it is accepted (%j)',
    async (call) => {
      expect((await world.call(token, call)).type).toBe('auth-token')
    },
  )

  it.each([
    ['agent token', ({ agent }: World) => agent.agentToken()],
    ['person token', ({ agent }: World) => agent.personToken()],
    ['auth token', ({ agent }: World) => agent.authToken()],
  ])(
    'with an %s is refused when another key has signed [AGENT-4, KEY-14, R11-043, R11-051]',
    async (_, mint) => {
      const stolen = await world.refusal(await mint(world), { mistake: 'wrong-key', requirement: anyKind })
      expect([stolen.status, stolen.code]).toEqual([401, 'invalid_signature'])
    },
  )

  it('of the testing kit has a row here', () => {
    expect(rows.map(({ mistake }) => mistake).sort()).toEqual(Object.keys(agentMistakes).sort())
  })
})
