import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { resourceFromEnv } from '@aauth-guard/core/env'
import { CompactSign, calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { aauth } from '../captured-terminal.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const needed = { AAUTH_ISSUER: 'https://notes.example', AAUTH_TRUST: 'any' }

/** Asserts that the halves belong together and that `createResource` accepts them. */
async function assertPair(publicKey: JWK, privateKey: JWK, alg: string): Promise<void> {
  const kid = await calculateJwkThumbprint(publicKey)
  expect([publicKey.alg, publicKey.kid, privateKey.kid, privateKey.alg]).toEqual([alg, kid, kid, alg])
  expect(publicKey).not.toHaveProperty('d')
  const signed = await new CompactSign(new Uint8Array(3))
    .setProtectedHeader({ alg })
    .sign(await importJWK(privateKey, alg))
  await compactVerify(signed, await importJWK(publicKey, alg))
  const AAUTH_SIGNING_KEY = JSON.stringify(privateKey)
  expect(resourceFromEnv({}, { ...needed, AAUTH_SIGNING_KEY }).issuer).toBe('https://notes.example')
}

describe('aauth keygen --out', () => {
  it.each([
    [[], 'Ed25519'],
    [['--alg', 'ES256'], 'ES256'],
  ])(
    'with %j writes an %s key that only its user can read, and prints the public half',
    async (options, alg) => {
      const file = join(temporaryFolder(), 'key.json')
      const { code, out, err } = await aauth(['keygen', '--out', file, ...options])
      const privateKey = JSON.parse(readFileSync(file, 'utf8')) as JWK
      expect([code, statSync(file).mode & 0o777]).toEqual([0, 0o600])
      await assertPair(JSON.parse(out) as JWK, privateKey, alg)
      expect(err).toBe(
        `Thumbprint: ${privateKey.kid}\nThe private key is in ${file}, which only you can read.`,
      )
      expect(`${out}${err}`).not.toContain(privateKey.d)
    },
  )

  it('sets the mode whatever the umask of the process is', async () => {
    const file = join(temporaryFolder(), 'key.json')
    const main = resolve(import.meta.dirname, '../../src/main.ts')
    execFileSync('sh', ['-c', 'umask 000; exec "$0" "$@"', process.execPath, main, 'keygen', '--out', file], {
      stdio: 'pipe',
    })
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('with --json prints where the key is, and not the key', async () => {
    const file = join(temporaryFolder(), 'key.json')
    const { out } = await aauth(['keygen', '--out', file, '--json'])
    const printed = JSON.parse(out) as Record<string, unknown>
    expect([Object.keys(printed), printed.file]).toEqual([['thumbprint', 'publicKey', 'file'], file])
    expect(out).not.toContain((JSON.parse(readFileSync(file, 'utf8')) as JWK).d)
  })

  it('with --env prints the variable that names the file', async () => {
    const file = join(temporaryFolder(), 'key.json')
    const { out } = await aauth(['keygen', '--out', file, '--env'])
    expect(out).toBe(`AAUTH_SIGNING_KEY_FILE=${file}`)
    const [name = '', value] = out.split('=')
    expect(resourceFromEnv({}, { ...needed, [name]: value }).issuer).toBe('https://notes.example')
  })

  it('does not overwrite a file', async () => {
    const file = join(temporaryFolder(), 'key.json')
    writeFileSync(file, 'kept')
    const { code, out, err } = await aauth(['keygen', '--out', file])
    expect([code, out, readFileSync(file, 'utf8')]).toEqual([2, '', 'kept'])
    expect(err).toBe(`aauth: --out "${file}" exists and is not overwritten: name a new file`)
  })

  it('does not follow a symbolic link, even to a missing file', async () => {
    const folder = temporaryFolder()
    const [target, link] = [join(folder, 'target'), join(folder, 'link')]
    symlinkSync(target, link)
    const { code, out, err } = await aauth(['keygen', '--out', link])
    expect([code, out, existsSync(target)]).toEqual([2, '', false])
    expect(err).toContain('exists and is not overwritten')
  })

  it('leaves no file when the folder is missing or is a file', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'taken'))
    const missing = await aauth(['keygen', '--out', join(folder, 'none', 'key.json')])
    const taken = await aauth(['keygen', '--out', join(folder, 'taken')])
    expect([missing.code, taken.code, readdirSync(folder)]).toEqual([2, 2, ['taken']])
    expect(missing.err).toContain('cannot be written (ENOENT)')
  })
})

describe('aauth keygen without --out', () => {
  it('prints no key unless --env or --json says so', async () => {
    expect(await aauth(['keygen'])).toEqual({
      code: 2,
      out: '',
      err: 'aauth: nothing says where the private key goes: write --out FILE, or print it with --env or --json',
    })
  })

  it('prints both halves with --json, and warns that they are secret', async () => {
    const { code, out, err } = await aauth(['keygen', '--json', '--alg', 'ES256'])
    const { thumbprint, publicKey, privateKey } = JSON.parse(out) as Record<string, JWK>
    expect([code, thumbprint]).toEqual([0, publicKey?.kid])
    await assertPair(publicKey as JWK, privateKey as JWK, 'ES256')
    expect(err).toContain('This is secret.')
  })

  it('prints only a variable with --env on stdout, with which a resource starts', async () => {
    const { code, out, err } = await aauth(['keygen', '--env'])
    expect([code, out]).toEqual([0, expect.stringMatching(/^AAUTH_SIGNING_KEY=[\w-]+$/)])
    const [name = '', value = ''] = out.split('=')
    const { d, ...publicKey } = JSON.parse(Buffer.from(value, 'base64url').toString()) as JWK
    expect(resourceFromEnv({}, { ...needed, [name]: value }).issuer).toBe('https://notes.example')
    expect(err).toBe(
      `Thumbprint: ${publicKey.kid}\nPublic key: ${JSON.stringify(publicKey)}\nThis is secret. Keep it out of repositories, logs and images.`,
    )
  })

  it('makes a different key each time', async () => {
    const [one, other] = [await aauth(['keygen', '--json']), await aauth(['keygen', '--json'])]
    expect(one.out).not.toBe(other.out)
  })
})

it.each([
  [['--alg', 'RS256', '--env'], '--alg "RS256" is not accepted: write Ed25519 or ES256'],
  [['--alg', 'ed25519', '--env'], '--alg "ed25519" is not accepted'],
  [['--env', '--json'], '--env and --json both say what is printed'],
  [['key.json'], '"key.json" is not an option: name a file with --out'],
  [['--out', ''], '--out is empty'],
  [['--key', 'x'], "Unknown option '--key'"],
])('aauth keygen %j exits with 2', async (args, error) => {
  const { code, out, err } = await aauth(['keygen', ...args])
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(error)
})
