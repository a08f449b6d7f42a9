import { allowDevServers } from '@aauth-guard/core/dev'
import { createTestNetwork } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { inspectCommand } from '../../src/inspect/command.ts'
import { runCommand } from '../captured-terminal.ts'
import { asHttp } from '../recording/written.ts'
import { agent, asked, inspect, net, now, signed } from './scene.ts'

describe('aauth inspect --verify', () => {
  const verify = (token: string, ...issuers: string[]) =>
    inspect(['-', '--verify', ...issuers.flatMap((issuer) => ['--issuer', issuer])], token)

  it('verifies a token with the keys of a named issuer', async () => {
    const { code, out } = await verify(await agent.authToken({ scope: 'a' }), 'https://ps.example')
    expect([code, out.split('\n')[0]]).toEqual([0, 'The token is verified: signed by https://ps.example.'])
  })

  it('verifies the token of a request, and says that its signature is not verified', async () => {
    const message = asHttp(await signed(await agent.authToken({ scope: 'a' })))
    const { code, out } = await verify(message, 'https://agent.example', 'https://ps.example')
    expect([code, out.split('\n')[0]]).toEqual([
      0,
      'The token is verified: signed by https://ps.example. The signature of the request is NOT VERIFIED: aauth verify does that.',
    ])
  })

  it('fetches nothing from an issuer that is not named', async () => {
    asked.length = 0
    const { code, out } = await verify(await agent.authToken({ scope: 'a' }), 'https://agent.example')
    expect([code, out.split('\n')[0], asked]).toEqual([
      1,
      'NOT VERIFIED: its issuer "https://ps.example" is not named: add --issuer.',
      [],
    ])
  })

  it('explains why a token does not verify', async () => {
    const [header, claims] = (await agent.authToken({ scope: 'a' })).split('.')
    const { code, out } = await verify(`${header}.${claims}.${'A'.repeat(86)}`, 'https://ps.example')
    expect([code, out.split('\n')[0]]).toEqual([
      1,
      expect.stringMatching(
        /^NOT VERIFIED: the signature does not verify with key "key-1" of https:\/\/ps\.example\.$/,
      ),
    ])
  })

  it('verifies tokens of a world on this machine, and connects only to the issuer there', async () => {
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
    'does not connect to %s, even if it is named',
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
