import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AuditOptions, auditLog, fileSink } from '@aauth-guard/audit'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { aauth } from '../captured-terminal.ts'
import { startCommand } from '../run-command.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** A closed log of three requests with its evidence, and files with the keys and the checkpoints. */
async function makeScene(options: Partial<AuditOptions> = {}) {
  const folder = temporaryFolder()
  const path = (name: string): string => join(folder, name)
  const [key, recipient] = [generateKeyPairSync('ed25519'), generateKeyPairSync('x25519')]
  const jwk = (one: typeof key.publicKey) => one.export({ format: 'jwk' }) as { kty: string }
  writeFileSync(path('public.json'), JSON.stringify(jwk(key.publicKey)))
  writeFileSync(path('private.json'), JSON.stringify(jwk(recipient.privateKey)))
  const audit = auditLog({
    sink: fileSink(path('log/notes')),
    evidence: { sink: fileSink(path('evidence/notes')), recipient: jwk(recipient.publicKey) },
    key: jwk(key.privateKey),
    onCheckpoint: (checkpoint) =>
      writeFileSync(path('checkpoints.jsonl'), `${JSON.stringify(checkpoint)}\n`, { flag: 'a' }),
    ...options,
  })
  const world = await makeWorld({ replay: 'off' })
  world.resource.listen(audit.listeners)
  const token = await world.agent.authToken({ scope: 'access' })
  for (let count = 0; count < 3; count++) await world.call(token)
  await audit.close()
  const files = readdirSync(path('log')).map((name) => path(`log/${name}`))
  return { path, files, file: files[0] as string }
}

describe('aauth audit verify', () => {
  it('says which proof a log gives: signed with the key, a chain only without it', async () => {
    const { path, files } = await makeScene()
    const keys = ['--key', path('public.json'), '--checkpoint', path('checkpoints.jsonl')]
    expect(await aauth(['audit', 'verify', ...files, ...keys])).toEqual({
      code: 0,
      err: '',
      out: `In order: records 1 to 7 of 1 file.
Proof: signed: nobody without the key can have made these records.
The log ends with its closing record.
2 checkpoints that you kept agree with the log.`,
    })
    const { code, out } = await aauth(['audit', 'verify', ...files])
    expect([code, out]).toEqual([0, expect.stringContaining('Proof: chain only: ')])
  })

  it('exits with 1 and names file, line and fault of a record that was edited', async () => {
    const { files, file } = await makeScene()
    writeFileSync(file, readFileSync(file, 'utf8').replace('"path":"/notes"', '"path":"/other"'))
    const { code, out } = await aauth(['audit', 'verify', ...files])
    expect([code, out]).toEqual([
      1,
      `Not in order: 1 fault in 7 records of 1 file.
  edited: notes-00000001.jsonl line 3 does not have the hash that it states: it was edited`,
    ])
  })

  it('finds records that were cut off by the checkpoints, and says where an open end begins', async () => {
    const { path, files, file } = await makeScene()
    const lines = readFileSync(file, 'utf8').split('\n')
    writeFileSync(file, `${lines.slice(0, 5).join('\n')}\n`)
    const key = ['--key', path('public.json')]
    expect((await aauth(['audit', 'verify', ...files, ...key])).out).toContain(
      'open end: signed up to record 2; the last 3 records only belong together.',
    )
    const kept = ['--checkpoint', path('checkpoints.jsonl')]
    const { code, out } = await aauth(['audit', 'verify', ...files, ...key, ...kept])
    expect([code, out]).toEqual([1, expect.stringContaining('checkpoint_missing')])
  })

  it('prints one JSON document with --json', async () => {
    const { path, files } = await makeScene()
    const { code, out } = await aauth(['audit', 'verify', ...files, '--key', path('public.json'), '--json'])
    expect([code, JSON.parse(out)]).toMatchObject([0, { ok: true, proof: 'signed', end: 'closed' }])
  })

  it('shows nothing of a forged log that could change a terminal', async () => {
    const file = join(temporaryFolder(), 'x.jsonl')
    const record = (seq: number, after: string): string =>
      `{"seq":${seq},"time":1,"kind":"file","prev":"x","name":"a","after":{"name":${JSON.stringify(after)}},"hash":"${'x'.repeat(43)}"}\n`
    writeFileSync(file, record(1, '\u001b[2J\u202e') + record(5, '\u001b[2J\u202e'))
    const { code, out, err } = await aauth(['audit', 'verify', file])
    expect(code).toBe(1)
    expect(`${out}${err}`).toMatch(/^[\x20-\x7e\n]*$/)
  })

  it('runs as a command of its own', async () => {
    const { files } = await makeScene()
    const started = startCommand(['audit', 'verify', ...files])
    expect([await started.exit, started.stderr()]).toEqual([0, ''])
    expect(started.stdout()).toContain('In order: records 1 to 7')
  })
})

describe('aauth audit replay', () => {
  it('verifies requests again with the private key, and without it says what is missing', async () => {
    const { path, files } = await makeScene()
    const evidence = ['--evidence', path('evidence')]
    const privateKey = ['--private-key', path('private.json')]
    const { code, out } = await aauth(['audit', 'replay', ...files, ...evidence, ...privateKey])
    expect([code, out]).toEqual([0, expect.stringContaining('3 decisions verified: ')])
    expect((await aauth(['audit', 'replay', ...files, ...evidence])).out).toContain(
      '3 decisions unreadable: ',
    )
  })

  it('exits with 1 and names the record whose evidence was changed', async () => {
    const scene = await makeScene()
    const plain = join(scene.path('plain'), 'notes')
    const { files, path } = await makeScene({ evidence: { sink: fileSink(plain), plain: true } })
    const [name = ''] = readdirSync(scene.path('plain'))
    const file = join(scene.path('plain'), name)
    writeFileSync(file, readFileSync(file, 'utf8').replace('GET', 'PUT'))
    const { code, out } = await aauth(['audit', 'replay', ...files, '--evidence', file])
    expect(code).toBe(1)
    expect(out).toContain('1 decision failed: ')
    expect(out).toContain('record 3, GET /notes: the evidence is not the one that was recorded')
    const { out: json } = await aauth(['audit', 'replay', ...files, '--evidence', file, '--json'])
    expect(JSON.parse(json)).toMatchObject({ ok: false, outcomes: { failed: 1, verified: 2 } })
    expect(path('log')).not.toBe(scene.path('log'))
  })
})

describe('aauth audit', () => {
  it.each([
    [[], 'nothing says what to do'],
    [['prove', 'x'], '"prove" is not an action: write verify or replay'],
    [['verify'], 'no file is named'],
    [['verify', 'absent.jsonl'], '"absent.jsonl" cannot be read (ENOENT): name the files of the log'],
    [['verify', 'x', '--key', 'absent.json'], '--key names "absent.json", which cannot be read (ENOENT)'],
    [['verify', 'x', '--key', 'package.json'], '--key names "package.json", which does not hold a JWK'],
    [['verify', 'x', '--checkpoint', 'package.json'], 'which does not hold checkpoints'],
    [['verify', 'x', '--evidence', 'y'], '--evidence is for aauth audit replay'],
    [['replay', 'x'], 'nothing says where the evidence is'],
  ])('%j exits with 2 and says what to write', async (args, message) => {
    const { code, out, err } = await aauth(['audit', ...args])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })
})
