import { authorize, isAAuthError } from '@aauth-guard/core'
import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { type SignedMessage, type SignOptions, signDraft, toSignedRequest } from '@aauth-guard/testing'
import { beforeAll, describe, expect, it } from 'vitest'

type Line = readonly [name: string, value: string]

const fields = ['signature-key', 'signature-input', 'signature'] as const
const url = 'https://notes.example/notes'

let world: World
let token: string
beforeAll(async () => {
  world = await makeWorld()
  token = await world.agent.authToken({ scope: 'access' })
})

/** Signs correctly, changes the header lines on their way, and returns the outcome. */
async function outcome(
  change: (lines: readonly Line[]) => readonly Line[],
  options: Partial<SignOptions> = {},
): Promise<string> {
  const message = await world.agent.sign(url, {}, { token, ...options })
  return verdict({ ...message, headers: change(message.headers) })
}

async function verdict(message: SignedMessage): Promise<string> {
  try {
    return (await authorize(world.resource, toSignedRequest(message))).type
  } catch (error) {
    return isAAuthError(error) ? error.code : String(error)
  }
}

const edit =
  (name: string, change: (value: string) => string) =>
  (lines: readonly Line[]): Line[] =>
    lines.map(([field, value]) => [field, field === name ? change(value) : value])

describe('the guard, for signature parameters without effect,', () => {
  it.each([
    [{ alg: 'rsa-v1_5-sha256' }, '[SIG-21, R11-096, C07]'],
    [{ alg: 'none' }, '[SIG-21, R11-096, C07]'],
    [{ keyid: 'of-somebody-else' }, '[SIG-22, R11-097]'],
    [{ nonce: 'n', tag: 't', whatever: 1 }, '[SIG-23, C09]'],
  ])('ignores %j %s', async (params, _ids) => {
    expect(await outcome((lines) => lines, { params })).toBe('auth-token')
  })

  it.each([
    ['alg', '[SIG-21]'],
    ['nonce', '[SIG-23, C09]'],
  ])('treats %s as part of the signed text %s', async (name, _ids) => {
    const strip = edit('signature-input', (value) => value.replace(/;(?:alg|nonce)="x"/, ''))
    expect(await outcome(strip, { params: { [name]: 'x' } })).toBe('invalid_signature')
  })

  it('treats the order of parameters as part of the signed text [SIG-24, C10]', async () => {
    const swap = edit('signature-input', (value) => value.replace(/(;created=\d+)(;nonce="x")/, '$2$1'))
    expect(await outcome(swap, { params: { nonce: 'x' } })).toBe('invalid_signature')
  })
})

describe('the guard, for labels,', () => {
  it.each(['sig', 'x1', 'constructor', '*', 'tostring'])(
    'accepts the label %s like any other [SIG-4, D02, B05]',
    async (label) => {
      expect(await outcome((lines) => lines, { label })).toBe('auth-token')
    },
  )

  it.each(fields)('refuses a label renamed in %s only [SIG-4, R11-083, D01]', async (field) => {
    expect(await outcome(edit(field, (value) => value.replace(/^sig/, 'x')))).toBe('invalid_signature')
  })

  it.each([
    ['an unknown scheme', 'quantum;z="1"'],
    ['no scheme at all', '"text"'],
  ])('ignores another label with %s [SIG-5, R11-084, D05, D06]', async (_, member) => {
    const added: readonly Line[] = [
      ['signature-key', `tls=${member}`],
      ['signature-input', 'tls=("@status");created=1'],
      ['signature', 'tls=:AAAA:'],
    ]
    // Signature-Key is covered, so the other line must have been there when the agent signed.
    const message = await world.agent.sign(
      url,
      { headers: { 'signature-key': added[0]?.[1] as string } },
      { token },
    )
    expect(await verdict({ ...message, headers: [...message.headers, ...added.slice(1)] })).toBe('auth-token')
  })

  it('ignores labels that are in one field only [SIG-5, D06, D09]', async () => {
    expect(await outcome((lines) => [...lines, ['signature', 'other=:AAAA:']])).toBe('auth-token')
  })

  it('refuses nine labels [SIG-26, D07]', async () => {
    const many = Array.from({ length: 8 }, (_, index): Line => ['signature', `s${index}=:AAAA:`])
    expect(await outcome((lines) => [...lines, ...many])).toBe('invalid_signature')
  })
})

describe('the guard, for the three fields,', () => {
  it.each(['signature-input', 'signature'])('refuses %s over 4 KiB [SIG-26]', async (field) => {
    const pad = (octets: number) => edit(field, (value) => `${value}, x="${'x'.repeat(octets)}"`)
    expect(await outcome(pad(3000))).toBe('auth-token')
    expect(await outcome(pad(4096))).toBe('invalid_signature')
  })

  it('refuses Signature-Key over 12 KiB [SIG-26, B13]', async () => {
    const padded = async (octets: number) => {
      const headers = { 'signature-key': `x="${'x'.repeat(octets)}"` }
      return verdict(await world.agent.sign(url, { headers }, { token }))
    }
    expect(await padded(11_000)).toBe('auth-token')
    expect(await padded(12_288)).toBe('invalid_signature')
  })

  it('reads a field sent in several lines as one [A05]', async () => {
    const split = (lines: readonly Line[]): readonly Line[] => [['signature', 'first=:AAAA:'], ...lines]
    expect(await outcome(split)).toBe('auth-token')
  })

  it.each(fields)('refuses %s that consists of white space [SIG-1, R11-080, A18]', async (field) => {
    expect(await outcome(edit(field, () => '  '))).toBe('invalid_signature')
  })

  it.each(['"jwt"', '("jwt")', '?1', 'JWT'])('refuses %s as a scheme [B02]', async (scheme) => {
    const text = edit('signature-key', (value) => value.replace(/=jwt;/, `=${scheme};`))
    expect(await outcome(text)).toBe('unsupported_scheme')
  })

  it('ignores unknown parameters of the scheme [KEY-5, R11-131, B14]', async () => {
    const signed = await signDraft({
      method: 'GET',
      authority: 'notes.example',
      target: '/notes',
      headers: [],
      label: 'sig',
      components: ['@method', '@authority', '@path', 'signature-key'].map((name) => ({ name })),
      params: { created: now },
      scheme: 'jwt',
      schemeParams: { jwt: token, cache: true, foo: 1 },
      key: world.agent.key,
    })
    expect(await verdict(signed)).toBe('auth-token')
  })
})

it.each(['"@path";req', '"x-tenant";bs', '"X-Tenant"'])(
  'the guard says that %s cannot be covered, whoever has signed it [SIG-13]',
  async (component) => {
    const message = await world.agent.sign(url, {}, { token })
    const headers = edit('signature-input', (value) => value.replace(')', ` ${component})`))(message.headers)
    await expect(authorize(world.resource, toSignedRequest({ ...message, headers }))).rejects.toMatchObject({
      code: 'invalid_signature',
      hint: expect.stringContaining('is covered with parameters, or is not the name of a component'),
    })
  },
)
