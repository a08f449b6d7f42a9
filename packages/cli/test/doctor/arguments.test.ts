import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { devOptions } from '@aauth-guard/core/dev'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writeControlFile } from '../../src/dev/control-file.ts'
import { secret, serveDevWorld } from '../dev/served-world.ts'
import { serveApi } from './api.ts'
import { agentFiles, argumentsOf, examined, runAauth } from './run-doctor.ts'

/** A development world that the commands find, and an API that trusts it. */
async function serveDevelopment() {
  const folder = await mkdtemp(join(tmpdir(), 'runtime-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const { url } = (await serveDevWorld()).at
  const env = { XDG_RUNTIME_DIR: folder }
  onTestFinished(await writeControlFile(env, { url, secret }))
  const api = await serveApi({ resource: devOptions({ env: { AAUTH_DEV: url } }) })
  return { env, url, api }
}

describe('aauth doctor --as', () => {
  it.each(['the only one', 'named by AAUTH_DEV'])(
    'signs as an agent of the world on this machine (%s)',
    async (which) => {
      const { env, url, api } = await serveDevelopment()
      const { findings, leftOut } = await examined([api.url, '--as', 'planner'], {
        env: which === 'the only one' ? env : { ...env, AAUTH_DEV: url },
      })
      expect(findings).toEqual([])
      expect(leftOut.map(({ check }) => check)).not.toContain('signed request')
    },
  )

  it('fails when the world refuses the agent, or when no world runs', async () => {
    const { env, api } = await serveDevelopment()
    expect(await runAauth(['doctor', api.url, '--as', 'no one'], { env })).toMatchObject({
      code: 2,
      said: expect.stringContaining('no agent token for "no one"'),
    })
    const elsewhere = { ...env, AAUTH_DEV: 'http://localhost:9' }
    expect(await runAauth(['doctor', api.url, '--as', 'planner'], { env: elsewhere })).toMatchObject({
      code: 2,
      said: expect.stringContaining('start `npx @aauth-guard/cli dev`'),
    })
    expect(api.requests).toEqual([])
  })
})

describe('aauth doctor with wrong arguments', () => {
  it.each([
    [[], 'no URL was given'],
    [['http://localhost:1/', 'http://localhost:2/'], 'examine one URL at a time'],
    [['notes.example'], 'is not a URL'],
    [['https://notes.example/a b'], 'is not a URL'],
    [['ftp://notes.example/'], 'is not an http or https URL'],
    [['http://notes.example/'], 'is plain http, which is for this machine only'],
    [['http://localhost.example/'], 'is plain http, which is for this machine only'],
    [['http://169.254.169.254/latest'], 'is plain http, which is for this machine only'],
    [['https://169.254.169.254/latest'], 'is an address at which no API is examined'],
    [['https://0xa9fea9fe/latest'], 'is an address at which no API is examined'],
    [['https://[fe80::1]/'], 'is an address at which no API is examined'],
    [['https://[::ffff:169.254.169.254]/'], 'is an address at which no API is examined'],
    [['https://me:secret@notes.example/'], 'holds a user name'],
    [['https://notes.example/#a'], 'holds a fragment'],
    [['https://notes.example/'], 'write "--yes notes.example" to examine it'],
    [['https://notes.example/', '--yes', 'other.example'], 'write "--yes notes.example" to examine it'],
    [
      ['https://notes.example:8443/', '--yes', 'notes.example'],
      'write "--yes notes.example:8443" to examine it',
    ],
    [['http://localhost:1/', '--also', 'https://keys.example/'], 'which is not a host'],
    [['http://localhost:1/', '--as', 'a', '--key', 'b'], 'write one of them'],
    [['http://localhost:1/', '--key', 'b'], 'write both'],
    [['https://notes.example/', '--as', 'a', '--yes', 'notes.example'], 'use "--key" and "--agent-token"'],
    [['http://localhost:1/', '--key', '/nowhere', '--agent-token', '/nowhere'], 'cannot be read: ENOENT'],
    [['http://localhost:1/', '--post'], "Unknown option '--post'"],
  ])('exits with 2 and says what to write: %j', async (args, said) => {
    const ran = await runAauth(['doctor', ...args])
    expect(ran).toEqual({ code: 2, printed: '', said: expect.stringContaining(said) })
    expect(ran.said).not.toContain('secret')
  })

  it('exits with 2 for a key or token that does not sign, without showing it', async () => {
    const api = await serveApi()
    const files = await agentFiles(api.net)
    const other = await agentFiles(api.net)
    const expired = await agentFiles(api.net, { lifetime: -1 })
    const broken = { ...files, key: join(files.key, '..', 'broken') }
    await writeFile(broken.key, '{"kty":"OKP","crv":"Ed25519","d":"secret"}', { mode: 0o600 })
    const noToken = { ...files, 'agent-token': broken.key }
    for (const [wrong, said] of [
      [{ ...files, key: other.key }, 'is not bound to the key'],
      [expired, 'has expired'],
      [broken, 'is not a private key'],
      [noToken, 'does not hold a JWT'],
    ] as const) {
      const ran = await runAauth(['doctor', api.url, ...argumentsOf(wrong)])
      expect(ran).toEqual({ code: 2, printed: '', said: expect.stringContaining(said) })
      expect(ran.said).not.toContain('secret')
    }
    expect(api.requests).toEqual([])
  })
})

describe('aauth doctor for a host other than this machine', () => {
  const terminal = (typed: string) => ({ isInteractive: true, stdin: Readable.from([typed]) })

  it('sends no request unless the name is typed again', async () => {
    for (const typed of ['', 'y\n', 'other.example\n']) {
      const { code, said } = await runAauth(['doctor', 'https://notes.invalid/notes'], terminal(typed))
      expect(code).toBe(2)
      expect(said).toContain('"notes.invalid" is not this machine. Type its name')
      expect(said).toContain('was not typed again, so nothing was sent')
    }
  })

  it.each([
    ['is typed again', [], 'notes.invalid\n'],
    ['is given with --yes', ['--yes', 'notes.invalid'], ''],
  ])('sends requests when the name %s', async (_, args, typed) => {
    // A name that never resolves (RFC 6761, section 6.4).
    const { code, printed } = await runAauth(
      ['doctor', 'https://notes.invalid/notes', ...args],
      terminal(typed),
    )
    expect(code).toBe(1)
    expect(printed).toContain('error   unreachable: Nobody answers at "https://notes.invalid"')
  })
})

describe('aauth doctor --help', () => {
  it('shows what is sent, with an example', async () => {
    const { code, printed } = await runAauth(['doctor', '--help'])
    expect(code).toBe(0)
    expect(printed).toContain('npx @aauth-guard/cli doctor http://localhost:3000/notes --as planner')
    expect(printed).toContain('at most 24, 4 at once, 64 KiB and 3 s each')
    expect((await runAauth(['--help'])).printed).toContain('what is wrong with a running API')
  })
})
