import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { answerWellKnown } from '@aauth-guard/core/adapter'
import { type Environment, resourceFromEnv } from '@aauth-guard/core/env'
import { describe, expect, it } from 'vitest'
import { fileOf, key, last, listening, needed, thrownBy } from './scene.ts'

const json = JSON.stringify(key)
const inBase64url = Buffer.from(json).toString('base64url')
const remedy =
  'make one with `npx @aauth-guard/cli keygen --out signing-key.json` and set AAUTH_SIGNING_KEY_FILE to its path, or set AAUTH_SIGNING_KEY to the key itself'

async function publishedBy(env: Environment): Promise<unknown[]> {
  const resource = resourceFromEnv({}, { ...needed, ...env })
  const answer = await answerWellKnown(resource, 'GET', '/aauth/jwks.json')
  return (JSON.parse(answer?.body ?? '') as { keys: { kid: string; x: string }[] }).keys.map(({ kid, x }) => [
    kid,
    x,
  ])
}

describe('the signing key', () => {
  it.each([
    ['JSON', () => ({ AAUTH_SIGNING_KEY: json })],
    ['JSON with white space around it', () => ({ AAUTH_SIGNING_KEY: ` ${json}\n` })],
    ['base64url of JSON', () => ({ AAUTH_SIGNING_KEY: inBase64url })],
    ['a file with JSON', () => ({ AAUTH_SIGNING_KEY_FILE: fileOf(`${json}\n`) })],
    ['a file with base64url', () => ({ AAUTH_SIGNING_KEY_FILE: fileOf(inBase64url) })],
    [
      'a file, beside an empty variable',
      () => ({ AAUTH_SIGNING_KEY_FILE: fileOf(json), AAUTH_SIGNING_KEY: '' }),
    ],
  ])('is read from %s without a warning', async (_, env) => {
    const said = listening()
    expect(await publishedBy(env())).toEqual([['r1', key.x]])
    expect(said()).toEqual([])
  })

  it('is read through a link, as secrets are mounted into containers', async () => {
    const path = fileOf(json)
    symlinkSync(path, `${path}.link`)
    expect(await publishedBy({ AAUTH_SIGNING_KEY_FILE: `${path}.link` })).toEqual([['r1', key.x]])
  })

  it.each([0o640, 0o604, 0o620, 0o644])('in a file of mode %o is used with a warning', async (mode) => {
    const said = listening()
    const path = fileOf(json, mode)
    expect(await publishedBy({ AAUTH_SIGNING_KEY_FILE: path })).toEqual([['r1', key.x]])
    expect(said()).toEqual([
      `aauth-guard: "AAUTH_SIGNING_KEY_FILE" names ${JSON.stringify(path)}, which other users of this machine can read: give it mode 0600`,
    ])
  })

  it('may be a signer that the code provides', () => {
    const { d, ...publicKey } = key
    const signingKey = { publicKey, sign: () => new Uint8Array(64) } as never
    expect(resourceFromEnv({ signingKey }, needed).issuer).toBe('https://notes.example')
  })
})

describe('the further published keys', () => {
  it.each([
    ['a JWK', last],
    ['a list', [last]],
    ['a JWKS', { keys: [last] }],
    ['a private JWK, of which the public half is published', { ...last, d: key.d }],
  ])('are read from a file with %s', async (_, keys) => {
    const AAUTH_PREVIOUS_KEYS_FILE = fileOf(JSON.stringify(keys))
    expect(await publishedBy({ AAUTH_SIGNING_KEY: json, AAUTH_PREVIOUS_KEYS_FILE })).toEqual([
      ['r1', key.x],
      ['r0', last.x],
    ])
  })

  it('cause a warning when they are private in a file that others can read, and only then', async () => {
    const said = listening()
    const [open, secret] = [
      fileOf(JSON.stringify(last), 0o644),
      fileOf(JSON.stringify({ ...last, d: key.d }), 0o644),
    ]
    await publishedBy({ AAUTH_SIGNING_KEY: json, AAUTH_PREVIOUS_KEYS_FILE: open })
    expect(said()).toEqual([])
    await publishedBy({ AAUTH_SIGNING_KEY: json, AAUTH_PREVIOUS_KEYS_FILE: secret })
    expect(said()).toEqual([expect.stringContaining('"AAUTH_PREVIOUS_KEYS_FILE" names')])
  })
})

describe('resourceFromEnv fails, without showing anything of a key, when', () => {
  const malformed = { ...key, x: `${key.x}=` }
  const develop = { ...key, aauth_dev: true }
  const development = 'holds a key of a development world'
  it.each<readonly [what: string, env: () => Environment, error: string]>([
    [
      'no key is set',
      () => ({}),
      `"AAUTH_SIGNING_KEY" is not set, and the issuer is "https://notes.example": ${remedy}`,
    ],
    ['NODE_ENV is development and no key is set', () => ({ NODE_ENV: 'development' }), 'is not set'],
    ['the key is empty', () => ({ AAUTH_SIGNING_KEY: '' }), '"AAUTH_SIGNING_KEY" is not set'],
    [
      'both variables are set',
      () => ({ AAUTH_SIGNING_KEY: json, AAUTH_SIGNING_KEY_FILE: fileOf(json) }),
      '"AAUTH_SIGNING_KEY" and "AAUTH_SIGNING_KEY_FILE" are both set: unset one of them',
    ],
    [
      'quotation marks are part of the value',
      () => ({ AAUTH_SIGNING_KEY: `'${json}'` }),
      '"AAUTH_SIGNING_KEY" begins with a quotation mark, which is read as part of it: remove it',
    ],
    [
      'JSON is cut off',
      () => ({ AAUTH_SIGNING_KEY: json.slice(0, -1) }),
      `"AAUTH_SIGNING_KEY" does not hold a JWK, as JSON or in base64url: ${remedy}`,
    ],
    ['base64url is cut off', () => ({ AAUTH_SIGNING_KEY: inBase64url.slice(0, -9) }), 'does not hold a JWK'],
    ['the variable holds a path', () => ({ AAUTH_SIGNING_KEY: '/run/key.json' }), 'does not hold a JWK'],
    [
      'the variable for a path holds the key',
      () => ({ AAUTH_SIGNING_KEY_FILE: json }),
      '"AAUTH_SIGNING_KEY_FILE" names a file that cannot be read (ENOENT): set it to the path of the file',
    ],
    [
      'the variable for a path holds the key in base64url',
      () => ({ AAUTH_SIGNING_KEY_FILE: inBase64url }),
      '"AAUTH_SIGNING_KEY_FILE" names a file that cannot be read',
    ],
    [
      'the path is that of a folder',
      () => ({ AAUTH_SIGNING_KEY_FILE: folder() }),
      '"AAUTH_SIGNING_KEY_FILE" names what is not a file of at most 65536 octets',
    ],
    [
      'the file is too large',
      () => ({ AAUTH_SIGNING_KEY_FILE: fileOf(`${json}${' '.repeat(65_536)}`) }),
      'names what is not a file of at most 65536 octets',
    ],
    [
      'the key is a public one',
      () => ({ AAUTH_SIGNING_KEY: JSON.stringify(last) }),
      '"AAUTH_SIGNING_KEY" has no valid "d"',
    ],
    [
      'the key is malformed',
      () => ({ AAUTH_SIGNING_KEY_FILE: fileOf(JSON.stringify(malformed)) }),
      '"AAUTH_SIGNING_KEY_FILE" has no valid coordinates',
    ],
    [
      'the key is a list',
      () => ({ AAUTH_SIGNING_KEY: `[${json}]` }),
      '"AAUTH_SIGNING_KEY" is not a supported key',
    ],
    [
      'the key is one of a development world',
      () => ({ AAUTH_SIGNING_KEY: JSON.stringify(develop) }),
      `"AAUTH_SIGNING_KEY" ${development}: make one with \`npx @aauth-guard/cli keygen`,
    ],
    [
      'the file is the state of a development world',
      () => ({ AAUTH_SIGNING_KEY_FILE: fileOf(JSON.stringify({ aauth_dev: true, seed: key.d })) }),
      `"AAUTH_SIGNING_KEY_FILE" ${development}`,
    ],
    [
      'a previous key is one of a development world',
      () => ({ AAUTH_SIGNING_KEY: json, AAUTH_PREVIOUS_KEYS_FILE: fileOf(JSON.stringify([last, develop])) }),
      `"AAUTH_PREVIOUS_KEYS_FILE" ${development}`,
    ],
    [
      'a previous key is malformed',
      () => ({ AAUTH_SIGNING_KEY: json, AAUTH_PREVIOUS_KEYS_FILE: fileOf(JSON.stringify([malformed])) }),
      '"AAUTH_PREVIOUS_KEYS_FILE" has no valid coordinates',
    ],
    [
      'a previous key is not an object',
      () => ({ AAUTH_SIGNING_KEY: json, AAUTH_PREVIOUS_KEYS_FILE: fileOf('[null]') }),
      '"AAUTH_PREVIOUS_KEYS_FILE" is not a supported key',
    ],
  ])('%s', (_, env, error) => {
    const said = listening()
    const thrown = thrownBy(() => resourceFromEnv({}, { ...needed, ...env() }))
    expect(thrown).toContain(error)
    const told = [thrown, ...said()].join('\n')
    for (const secret of [key.d as string, inBase64url.slice(0, 16), json.slice(0, 16)])
      expect(told).not.toContain(secret)
  })
})

function folder(): string {
  const path = `${dirname(fileOf(''))}/folder`
  mkdirSync(path)
  return path
}
