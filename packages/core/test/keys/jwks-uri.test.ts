import { describe, expect, it } from 'vitest'
import { answerWith, makeAnsweredWorld, personKeys, personMetadata } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

async function outcomeFor(metadata: Record<string, unknown>): Promise<[string, readonly string[]]> {
  const world = await makeAnsweredWorld()
  world.answer(personMetadata, answerWith(JSON.stringify({ issuer: 'https://ps.example', ...metadata })))
  return [await outcomeOf(world), world.asked]
}

describe('a jwks_uri that is refused before it is fetched', () => {
  it.each<[string, unknown]>([
    ['none [R11-129]', undefined],
    ['null [I10]', null],
    ['an array [I10]', [personKeys]],
    ['an object [I10]', { href: personKeys }],
    ['a number [I10]', 443],
    ['empty [I10]', ''],
    ['relative [I10]', '/jwks.json'],
    ['of 8 KiB [I10]', `${personKeys}?${'x'.repeat(8192)}`],
    ['of plain http [I05]', 'http://ps.example/jwks.json'],
    ['a file [I05]', 'file:///etc/passwd'],
    ['inline data [I05]', 'data:application/json,{"keys":[]}'],
    ['ftp [I05]', 'ftp://ps.example/jwks.json'],
    ['a blob of the host [I05]', 'blob:https://ps.example/1'],
    ['with credentials [I05]', 'https://user:secret@ps.example/jwks.json'],
    ['with a password [I05]', 'https://:secret@ps.example/jwks.json'],
    ['with a user name [I05]', 'https://ps.example@ps.example/jwks.json'],
    ['with a fragment [I05]', `${personKeys}#keys`],
    ['on port 22 [I05]', 'https://ps.example:22/jwks.json'],
    ['on port 8443 [I05]', 'https://ps.example:8443/jwks.json'],
    ['on another host [I06]', 'https://elsewhere.example/jwks.json'],
    ['on a host below [I06]', 'https://keys.ps.example/jwks.json'],
    ['on a host above [I06]', 'https://example/jwks.json'],
    ['on a host that begins with it [I06]', 'https://ps.example.elsewhere.example/jwks.json'],
    ['on the host with a trailing dot [I06]', 'https://ps.example./jwks.json'],
    ['on the loopback address [I04]', 'https://127.0.0.1/jwks.json'],
    ['on an inner address [I04]', 'https://[::ffff:169.254.169.254]/jwks.json'],
  ])('%s', async (_, jwksUri) => {
    expect(await outcomeFor({ jwks_uri: jwksUri })).toEqual(['invalid_jwt', [personMetadata]])
  })
})

describe('a jwks_uri on the host of the issuer', () => {
  it.each([
    'https://ps.example/keys/2026.jwks',
    'https://ps.example/jwks?tenant=1',
    'https://ps.example:443/',
  ])('is fetched: %s', async (jwksUri) => {
    expect((await outcomeFor({ jwks_uri: jwksUri }))[1]).toEqual([personMetadata, jwksUri])
  })
})

describe('keys inside the metadata', () => {
  const { stringify } = JSON
  it('do not replace a jwks_uri [I09]', async () => {
    const world = await makeAnsweredWorld()
    const { jwk, kid } = world.net.personServer.key
    const jwks = { keys: [{ ...jwk, kid }] }
    world.answer(personMetadata, answerWith(stringify({ issuer: 'https://ps.example', jwks })))
    expect(await outcomeOf(world)).toBe('invalid_jwt')
  })

  it('add nothing to those behind it [I09]', async () => {
    const world = await makeAnsweredWorld()
    const { jwk, kid } = world.net.personServer.key
    const metadata = { issuer: 'https://ps.example', jwks_uri: personKeys, jwks: { keys: [{ ...jwk, kid }] } }
    world.answer(personMetadata, answerWith(stringify(metadata)))
    world.answer(personKeys, answerWith('{"keys":[]}'))
    expect(await outcomeOf(world)).toBe('unknown_key')
  })
})
