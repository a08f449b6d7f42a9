import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { allowDevServers } from '@aauth-guard/core/dev'
import { createTestNetwork, type SignedMessage } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { inspectCommand } from '../../src/inspect/command.ts'
import { runCommand } from '../captured-terminal.ts'
import { asCurl, asHar, asHttp, asJson } from '../recording/written.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const now = 1_790_000_000
const net = await createTestNetwork({ now, resource: 'https://notes.example' })
const agent = await net.agent()
const asked: string[] = []
const command = inspectCommand({
  now: net.clock.now,
  fetch: (input, init) => {
    asked.push(String(input))
    return net.fetch(input, init)
  },
})

const inspect = (args: readonly string[], stdin = '') => runCommand(command, args, stdin)
const signed = (token: string, options: object = {}): Promise<SignedMessage> =>
  agent.sign(`${net.resource}/notes`, {}, { token, ...options })

describe('aauth inspect of a token', () => {
  const mission = 'A'.repeat(43)
  it.each([
    [
      'agent token',
      () => agent.agentToken(),
      'an agent token, which is alike in all drafts',
      'where the route requires a person: a person token (draft 11)',
    ],
    [
      'person token',
      () => agent.personToken(),
      'a person token of draft 11',
      'where the route requires a scope: an auth token, for the resource token that it issues for this person token',
    ],
    [
      'auth token of draft 11',
      () => agent.authToken({ scope: 'notes.read', mission }),
      'an auth token of draft 11',
      'where the route requires no scope but "notes.read": nothing more',
    ],
    [
      'auth token of drafts 01 to 10',
      () => agent.authToken({ generation: 'mission-header' }),
      'an auth token of drafts 01 to 10',
      'where the route requires a scope: an auth token that grants it; this one grants none',
    ],
  ])('says that a %s is one, and what a resource would still ask for', async (_, make, what, ask) => {
    const token = await make()
    const { code, out, err } = await inspect([token])
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^NOT VERIFIED: its issuer was not asked for keys \(--verify\)\.\n/)
    expect(out).toContain(`This is ${what}.`)
    expect(out).toContain(`  - ${ask}\n`.trimEnd())
    expect(out).toContain(`whose thumbprint is ${agent.key.thumbprint}`)
    expect(out).not.toContain(token.slice(0, 12))
    const { token: report } = JSON.parse((await inspect([token, '--json'])).out)
    expect([report.what, report.asks.includes(ask), report.fault]).toEqual([what, true, undefined])
  })

  it('says where a resource token goes', async () => {
    const resourceToken = await net.personServer.sign(
      'aa-resource+jwt',
      { iss: net.resource, aud: 'https://ps.example', exp: now + 300, agent: agent.id, agent_jkt: mission },
      {},
      { agent: agent.id, issuedOn: [] },
    )
    const { out } = await inspect([resourceToken])
    expect(out).toContain('This is a resource token of drafts 01 to 10.')
    expect(out).toContain(
      '- nothing: the agent takes a resource token to "aud", https://ps.example, and gets an auth token there',
    )
  })

  it('shows times relative to now, and says of an expired one that it must be renewed', async () => {
    const token = await agent.authToken({ scope: 'a', claims: { iat: now - 7200, exp: now - 180 } })
    const { out } = await inspect([token])
    expect(out).toContain('iat      2026-09-21T12:13:20Z (1789992800), 2 h ago')
    expect(out).toContain('exp      2026-09-21T14:10:20Z (1789999820), 3 min ago')
    expect(out).toContain(
      'A resource would refuse it\n  the token expired 180 s ago: the agent must renew it',
    )
    expect(out).toContain('- a token that has not expired')
  })

  it('says why a resource would refuse claims of both generations', async () => {
    const token = await agent.authToken({ scope: 'a', claims: { agent: agent.id } })
    const { out } = await inspect([token])
    expect(out).toContain('This is an auth token with claims of draft 11 and of drafts 01 to 10.')
    expect(out).toContain('A resource would refuse it\n  the claims belong to two generations')
  })

  it('takes it from a file or from stdin as well, where no other user of the machine sees it', async () => {
    const token = await agent.agentToken()
    const file = join(temporaryFolder(), 'token')
    writeFileSync(file, `${token}\n`)
    const { out } = await inspect([token])
    expect((await inspect([file])).out).toBe(out)
    expect((await inspect(['-'], `${token}\n`)).out).toBe(out)
  })

  it('escapes what its issuer wrote, and cuts tokens within its claims', async () => {
    const inner = await agent.agentToken()
    const token = await agent.authToken({ scope: `x\u001b[31m\u202e"`, sub: inner })
    const { out } = await inspect([token])
    expect(out).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}/u)
    expect(out).toContain('\\u001b[31m\\u202e')
    expect(out).not.toContain(inner)
    expect(out).toContain(`"sub": "${inner.slice(0, 8)}…"`)
    expect((await inspect([token, '--show-secrets'])).out).toContain(inner)
    const json = (await inspect([token, '--json'])).out
    expect(json).not.toMatch(/\p{Cf}|\p{Cc}/u)
    expect(JSON.parse(json).token.claims.scope).toBe(`x\u001b[31m\u202e"`)
  })
})

describe('aauth inspect of a request', () => {
  it.each([
    ['HTTP/1.1', asHttp],
    ['curl -v', (message: SignedMessage) => asCurl(message, 'Mon, 21 Sep 2026 14:13:20 GMT')],
    ['JSON', (message: SignedMessage) => asJson(message)],
    ['HAR', (message: SignedMessage) => asHar(message, '2026-09-21T14:13:20Z')],
  ])('as %s shows its signature and its token, both cut, and is not verified', async (form, write) => {
    const token = await agent.authToken({ scope: 'notes.read' })
    const text = write(await signed(token))
    const { code, out } = await inspect(['-'], text)
    expect(code).toBe(0)
    expect(out).toContain(`This is a request (${form}): GET /notes`)
    expect(out).toMatch(
      /^NOT VERIFIED: .* The signature of the request is NOT VERIFIED: aauth verify does that\.$/m,
    )
    expect(out).toContain('covers   @method @authority @path signature-key')
    expect(out).toContain('created  2026-09-21T14:13:20Z (1790000000), now')
    expect(out).toContain('It carries an auth token of draft 11.')
    for (const secret of secretsIn(text)) expect(out).not.toContain(secret)
    const shown = await inspect(['-', '--show-secrets'], text)
    for (const secret of secretsIn(text)) expect(shown.out).toContain(secret)
    const json = await inspect(['-', '--json'], text)
    for (const secret of secretsIn(text)) expect(json.out).not.toContain(secret)
    expect(JSON.parse(json.out).requests[0].signatures[0].covered).toContain('@authority')
  })

  /** The token, and the octets of the signature. */
  function secretsIn(text: string): readonly string[] {
    return [/eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(text)?.[0] ?? '?', /=:([^:]{80,}):/.exec(text)?.[1] ?? '?']
  }

  it('cuts credentials of other schemes', async () => {
    const text = 'GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer abcdefgh\r\nCookie: id=12345678\r\n\r\n'
    const { out } = await inspect(['-'], text)
    expect([out.includes('Bearer a…'), out.includes('abcdefgh'), out.includes('12345678')]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('that is unsigned says that a resource asks for a signature', async () => {
    const { out } = await inspect(['-'], 'GET /notes HTTP/1.1\r\nHost: notes.example\r\n\r\n')
    expect(out).toContain('NOT VERIFIED: nothing below was checked with a key.')
    expect(out).toContain('- a signature: without one it answers 401')
  })

  it.each([
    ['does not cover a component', { mistake: 'omit-path' }, 'it does not cover @path'],
    ['is old', { created: now - 61 }, '"created" is 61 s old, and the usual window is 60 s'],
    ['is from the future', { created: now + 61 }, '"created" is 61 s ahead of this clock'],
    ['has expired', { params: { expires: now } }, '"expires" has passed'],
  ])('whose signature %s says so', async (_, options, fault) => {
    const { out } = await inspect(['-'], asHttp(await signed(await agent.agentToken(), options)))
    expect(out).toContain(`  - a signature: ${fault}`)
  })

  it.each([
    ['Signature-Key is missing', /^Signature-Key:.*\r\n/m, ''],
    [
      'Signature-Input is not a dictionary of structured fields',
      /^Signature-Input:.*$/m,
      'Signature-Input: ("',
    ],
    ['"sig" of Signature-Key does not use the scheme jwt', 'sig=jwt;', 'sig=hwk;'],
    ['"sig" of Signature-Key has no jwt', /;jwt="[^"]*"/, ''],
    ['"sig" is not in Signature', 'Signature: sig=', 'Signature: other='],
  ])('says that %s', async (fault, pattern, replacement) => {
    const text = asHttp(await signed(await agent.agentToken())).replace(pattern, replacement)
    expect((await inspect(['-'], text)).out).toContain(`  - a signature: ${fault}`)
  })

  it('leaves requests of a HAR out that have nothing of AAuth, and says how many', async () => {
    const text = asHar(await signed(await agent.agentToken()), '2026-09-21T14:13:20Z')
    const { out, err } = await inspect(['-'], text)
    expect(out).not.toContain('logo.png')
    expect(err).toBe('1 of 2 requests have nothing of AAuth and are left out.')
  })
})

describe('aauth inspect --verify', () => {
  const verify = (token: string, ...issuers: string[]) =>
    inspect(['-', '--verify', ...issuers.flatMap((issuer) => ['--issuer', issuer])], token)

  it('verifies a token with the keys of an issuer that is named', async () => {
    const { code, out } = await verify(await agent.authToken({ scope: 'a' }), 'https://ps.example')
    expect([code, out.split('\n')[0]]).toEqual([0, 'The token is verified: signed by https://ps.example.'])
  })

  it('verifies the token of a request, and says that its signature is not', async () => {
    const message = asHttp(await signed(await agent.authToken({ scope: 'a' })))
    const { code, out } = await verify(message, 'https://agent.example', 'https://ps.example')
    expect([code, out.split('\n')[0]]).toEqual([
      0,
      'The token is verified: signed by https://ps.example. The signature of the request is NOT VERIFIED: aauth verify does that.',
    ])
  })

  it('fetches nothing of an issuer that is not named', async () => {
    asked.length = 0
    const { code, out } = await verify(await agent.authToken({ scope: 'a' }), 'https://agent.example')
    expect([code, out.split('\n')[0], asked]).toEqual([
      1,
      'NOT VERIFIED: its issuer "https://ps.example" is not named: add --issuer.',
      [],
    ])
  })

  it('says why a token does not verify', async () => {
    const [header, claims] = (await agent.authToken({ scope: 'a' })).split('.')
    const { code, out } = await verify(`${header}.${claims}.${'A'.repeat(86)}`, 'https://ps.example')
    expect([code, out.split('\n')[0]]).toEqual([
      1,
      expect.stringMatching(
        /^NOT VERIFIED: the signature does not verify with key "key-1" of https:\/\/ps\.example\.$/,
      ),
    ])
  })

  it('verifies tokens of a world on this machine, and asks nobody there but the issuer', async () => {
    const local = await createTestNetwork({ now, resource: 'https://notes.example' })
    const { url } = await local.listen(async (req, res) => {
      const answer = await local.fetch(`https://ps.example${req.url}`)
      const text = (await answer.text()).replaceAll('https://ps.example', url)
      res.setHeader('content-type', 'application/json')
      res.end(text)
    })
    try {
      allowDevServers([url])
      const token = await (await local.agent()).authToken({ scope: 'a', claims: { iss: url, ps: url } })
      const { code, out } = await verify(token, url)
      expect([code, out.split('\n')[0]]).toEqual([0, `The token is verified: signed by ${url}.`])
    } finally {
      await local.close()
    }
  })

  it.each(['https://127.0.0.1', 'https://localhost', 'https://[::1]'])(
    'does not dial %s, though it is named',
    async (iss) => {
      const guarded = inspectCommand({ now: net.clock.now })
      const claims = { iss, aud: 'https://ps.example', exp: now + 300, agent: agent.id }
      const token = await net.personServer.sign(
        'aa-resource+jwt',
        claims,
        {},
        { agent: agent.id, issuedOn: [] },
      )
      const { code, out } = await runCommand(guarded, ['-', '--verify', '--issuer', iss], token)
      expect([code, out.split('\n')[0]]).toEqual([
        1,
        `NOT VERIFIED: aauth-resource.json of ${iss}: address refused.`,
      ])
    },
  )
})

it.each([
  [[], 'nothing is named: write a token, a file, or - for stdin'],
  [['-', '-'], '"-" is too much'],
  [['/nowhere/token'], '"/nowhere/token" cannot be read (ENOENT)'],
  [['eyJh.eyJi.'], 'this has the form of a token, but its header or its claims are not JSON objects'],
  [['-'], 'this is not a request'],
  [['-', '--issuer', 'https://ps.example'], '--issuer says whose keys --verify fetches: add --verify'],
  [['-', '--verify'], '--verify fetches keys of issuers that are named: add --issuer'],
  [['-', '--verify', '--issuer', 'https://ps.example/'], 'is not a server identifier'],
  [['-', '--verify', '--issuer', 'http://ps.example'], 'is not a server identifier'],
  [['-', '--verify', '--issuer', 'ps.example'], 'is not a server identifier'],
])('aauth inspect %j is not done as written', async (args, error) => {
  await expect(inspect(args)).rejects.toThrow(error)
})
