import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { agent, inspect, net, now } from './scene.ts'

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
  ])('recognises a %s, and explains what a resource would still require', async (_, make, what, ask) => {
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

  it('shows where a resource token must be sent', async () => {
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

  it('shows times relative to the current time, and says of an expired token that it must be renewed', async () => {
    const token = await agent.authToken({ scope: 'a', claims: { iat: now - 7200, exp: now - 180 } })
    const { out } = await inspect([token])
    expect(out).toContain('iat      2026-09-21T12:13:20Z (1789992800), 2 h ago')
    expect(out).toContain('exp      2026-09-21T14:10:20Z (1789999820), 3 min ago')
    expect(out).toContain(
      'A resource would refuse it\n  the token expired 180 s ago: the agent must renew it',
    )
    expect(out).toContain('- a token that has not expired')
  })

  it('explains why a resource would refuse claims of both generations', async () => {
    const token = await agent.authToken({ scope: 'a', claims: { agent: agent.id } })
    const { out } = await inspect([token])
    expect(out).toContain('This is an auth token with claims of draft 11 and of drafts 01 to 10.')
    expect(out).toContain('A resource would refuse it\n  the claims belong to two generations')
  })

  it('reads it from a file or from stdin as well, where other users of the machine cannot see it', async () => {
    const token = await agent.agentToken()
    const file = join(temporaryFolder(), 'token')
    writeFileSync(file, `${token}\n`)
    const { out } = await inspect([token])
    expect((await inspect([file])).out).toBe(out)
    expect((await inspect(['-'], `${token}\n`)).out).toBe(out)
  })

  it('escapes text of its issuer, and cuts tokens within its claims', async () => {
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
])('aauth inspect %j exits with 2', async (args, error) => {
  await expect(inspect(args)).rejects.toThrow(error)
})
