import { execFileSync } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import {
  type AuditKey,
  type Checkpoint,
  eraseEvidence,
  fileSink,
  replayLog,
  verifyLog,
} from '@aauth-guard/audit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countOfRuns, runs } from '../../../scripts/property-runs.ts'
import { makeLine, type RecordKind } from '../src/record/line.ts'
import { keyPair, makeLog, recordsIn, temporaryFolder } from './scene.ts'

const { privateKey, publicKey } = keyPair()
const checkpoint = (all: readonly Checkpoint[]): Checkpoint => all.at(-1) as Checkpoint

/** A closed log of one file or several. */
async function closedLog(
  decisions: number,
  maxFileBytes = 64 * 1024 * 1024,
  key: AuditKey | undefined = privateKey,
) {
  const folder = temporaryFolder()
  const sink = fileSink(join(folder, 'log', 'notes'), { maxFileBytes })
  const scene = makeLog({ sink, ...(key && { key }) }, folder)
  for (let left = decisions; left > 0; left -= 1000) {
    scene.decide(Math.min(left, 1000))
    await scene.log.flush()
  }
  await scene.log.close()
  return { ...scene, paths: scene.files() }
}

const codes = async (files: readonly string[], options: Parameters<typeof verifyLog>[1] = {}) =>
  (await verifyLog(files, options)).faults.map(({ code }) => code)

describe('an octet that is changed', () => {
  it('is found at every position of a small log, the last record and its line end included', async () => {
    const { paths } = await closedLog(1)
    const [file = ''] = paths
    const whole = readFileSync(file)
    const missed: number[] = []
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = (whole[at] as number) ^ (1 << (at % 7))
      writeFileSync(file, changed)
      if ((await verifyLog([file])).ok) missed.push(at)
    }
    expect(missed).toEqual([])
    writeFileSync(file, whole)
    expect(await verifyLog([file], { key: publicKey })).toMatchObject({ ok: true, proof: 'signed' })
  })

  const size = countOfRuns(0) === 0 ? 5000 : 100_000
  it(`is found anywhere in a log of ${size} decisions, and the log as it was is in order`, async () => {
    const { paths, checkpoints } = await closedLog(size, 16 * 1024 * 1024)
    const options = { key: publicKey, checkpoint: checkpoints }
    const log = await verifyLog(paths, options)
    expect(log).toMatchObject({ ok: true, proof: 'signed', end: 'closed', lost: 0 })
    expect(recordsIn(paths).filter(({ kind }) => kind === 'decision')).toHaveLength(size)
    const contents = paths.map((path) => readFileSync(path))
    const octets = contents.reduce((sum, { length }) => sum + length, 0)
    const position = fc.record({ at: fc.nat({ max: octets - 1 }), octet: fc.nat({ max: 255 }) })
    const { seed } = runs(1)
    await fc.assert(
      fc.asyncProperty(position, async ({ at, octet }) => {
        let file = 0
        let offset = at
        while (offset >= (contents[file] as Buffer).length) {
          offset -= (contents[file] as Buffer).length
          file += 1
        }
        const whole = contents[file] as Buffer
        fc.pre(whole[offset] !== octet)
        const changed = Buffer.from(whole)
        changed[offset] = octet
        writeFileSync(paths[file] as string, changed)
        const { ok } = await verifyLog(paths)
        writeFileSync(paths[file] as string, whole)
        expect(ok).toBe(false)
      }),
      { seed, numRuns: 20 },
    )
  })
})

describe('records that are cut off', () => {
  it('are found with the last checkpoint, and leave an open end without it: 1 to 2000 of them', async () => {
    const { paths, checkpoints } = await closedLog(3500)
    const [file = ''] = paths
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
    const { seed } = runs(1)
    const counts = fc.sample(fc.integer({ min: 2, max: 1999 }), { seed, numRuns: 8 })
    for (const count of [1, 2000, ...counts]) {
      writeFileSync(file, `${lines.slice(0, -count).join('\n')}\n`)
      const without = await verifyLog(paths, { key: publicKey })
      expect(without).toMatchObject({ ok: true, end: 'open' })
      expect(without.signedUntil).toBeLessThanOrEqual(lines.length - count)
      const options = { key: publicKey, checkpoint: checkpoint(checkpoints) }
      expect(await codes(paths, options)).toEqual(['checkpoint_missing'])
    }
  })

  it('are found in a file that another one follows', async () => {
    const { paths } = await closedLog(200, 20_000)
    const file = paths[1] as string
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
    writeFileSync(file, `${lines.slice(0, -5).join('\n')}\n`)
    expect(await codes(paths)).toEqual(['chain_broken'])
  })

  it('are found when a part of a record is left', async () => {
    const { paths } = await closedLog(1)
    const [file = ''] = paths
    const whole = readFileSync(file)
    for (let length = 1; length < whole.length; length++) {
      writeFileSync(file, whole.subarray(0, length))
      const { ok, end } = await verifyLog([file])
      // Between two records nothing but the open end tells.
      expect([length, ok, end]).toEqual([length, whole[length - 1] === 0x0a, 'open'])
    }
  })
})

it('two records that are exchanged are found, wherever they are', async () => {
  const { paths } = await closedLog(50)
  const [file = ''] = paths
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  const place = fc.nat({ max: lines.length - 1 })
  await fc.assert(
    fc.asyncProperty(place, place, async (one, other) => {
      fc.pre(one !== other)
      const exchanged = lines.with(one, lines[other] as string).with(other, lines[one] as string)
      writeFileSync(file, `${exchanged.join('\n')}\n`)
      expect((await verifyLog([file])).ok).toBe(false)
    }),
    runs(50),
  )
})

it('a record that is removed or repeated is found, wherever it is', async () => {
  const { paths } = await closedLog(20)
  const [file = ''] = paths
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  for (let at = 0; at < lines.length; at++) {
    const changes = [lines.toSpliced(at, 0, lines[at] as string)]
    // Without its first record a log still begins in its middle, and without its last one it has an open end.
    if (at < lines.length - 1) changes.push(lines.toSpliced(at, 1))
    for (const changed of changes) {
      writeFileSync(file, `${changed.join('\n')}\n`)
      expect([at, (await verifyLog([file])).ok]).toEqual([at, false])
    }
  }
})

describe('a file of a series that is missing', () => {
  it('is named, if it lies between others', async () => {
    const { paths } = await closedLog(200, 20_000)
    expect(paths.length).toBeGreaterThan(3)
    const missing = paths[1] as string
    rmSync(missing)
    const { faults } = await verifyLog(paths.toSpliced(1, 1))
    expect(faults).toMatchObject([{ code: 'file_missing', file: basename(paths[2] as string) }])
    expect(faults[0]?.message).toContain(basename(missing))
  })

  it('is found with a checkpoint, if it was the last, and reported, if it was the first', async () => {
    const { paths, checkpoints } = await closedLog(200, 20_000)
    const options = { key: publicKey, checkpoint: checkpoint(checkpoints) }
    expect(await codes(paths.slice(0, -1), options)).toEqual(['checkpoint_missing'])
    expect(await verifyLog(paths.slice(0, -1))).toMatchObject({ ok: true, end: 'rotated' })
    expect(await verifyLog(paths.slice(1))).toMatchObject({ ok: true, beginsLater: true })
    expect(await codes(paths.slice(1), { checkpoint: checkpoints[0] as Checkpoint })).toEqual([
      'checkpoint_missing',
    ])
  })

  it('is not missing, if the files are given in another order', async () => {
    const { paths } = await closedLog(200, 20_000)
    expect(await verifyLog(paths.toReversed(), { key: publicKey })).toMatchObject({
      ok: true,
      proof: 'signed',
    })
  })
})

describe('a log that is computed anew without the key', () => {
  it.each([
    ['without signatures', 'none', ['unsigned', 'unsigned', 'unsigned']],
    ['with the signatures that it had', 'kept', ['bad_signature']],
    ['with another key', 'other', ['unknown_key', 'unknown_key', 'unsigned']],
  ] as const)('%s is found by the key, and by a checkpoint', async (_, signatures, expected) => {
    const { paths, checkpoints } = await closedLog(5)
    const [file = ''] = paths
    forge(file, signatures)
    expect(await verifyLog([file])).toMatchObject({ ok: true, proof: 'chain only' })
    expect(await codes([file], { key: publicKey })).toEqual(expected)
    expect(await codes([file], { checkpoint: checkpoints })).toContain('checkpoint_mismatch')
  })

  it('from a genuine checkpoint on is in order as far as that, and says so', async () => {
    const { paths, checkpoints } = await closedLog(1500)
    const [file = ''] = paths
    const genuine = checkpoints[1] as Checkpoint
    forge(file, 'dropped', genuine.seq)
    const log = await verifyLog([file], { key: publicKey })
    expect(log).toMatchObject({ ok: true, proof: 'open end', signedUntil: genuine.seq, end: 'open' })
    expect(await codes([file], { key: publicKey, checkpoint: checkpoint(checkpoints) })).toEqual([
      'checkpoint_missing',
    ])
  })

  it('from a genuine checkpoint on is found by the key, once it is longer than a writer leaves it unsigned', async () => {
    const { paths, checkpoints } = await closedLog(5000)
    const [file = ''] = paths
    forge(file, 'dropped', (checkpoints[1] as Checkpoint).seq)
    expect(await codes([file], { key: publicKey })).toEqual(['unsigned'])
  })
})

it('a log that is computed anew with the key is found, although its checkpoints are kept behind the genuine ones', async () => {
  const genuine = await closedLog(5)
  const forged = await closedLog(5)
  const kept = [...genuine.checkpoints, ...forged.checkpoints]
  for (const checkpoint of [kept, kept.toReversed()])
    expect(await codes(forged.paths, { key: publicKey, checkpoint })).toContain('checkpoint_mismatch')
  const twice = [...genuine.checkpoints, ...genuine.checkpoints]
  expect(await verifyLog(genuine.paths, { key: publicKey, checkpoint: twice })).toMatchObject({
    ok: true,
    checkpointsFound: genuine.checkpoints.length,
  })
})

const attackerKey = createPrivateKey({ key: keyPair().privateKey as never, format: 'jwk' })

/** Edits every decision behind a record, and computes the chain anew. */
function forge(file: string, signatures: 'none' | 'kept' | 'other' | 'dropped', behind = 0): void {
  const lines: string[] = []
  let prev: string | null = null
  let seq = 0
  const genuine = readFileSync(file, 'utf8').split('\n')
  for (const record of recordsIn([file])) {
    const { seq: was, time, kind, prev: _, hash, signature, key, ...members } = record
    const isCheckpoint = kind === 'checkpoint' || kind === 'closed'
    if (was <= behind) {
      lines.push(genuine[was - 1] as string)
      prev = hash as string
      seq = was
      continue
    }
    if (signatures === 'dropped' && isCheckpoint) continue
    if (kind === 'decision') Object.assign(members.event as object, { agent: 'aauth:somebody@else.example' })
    seq += 1
    const thumbprint = signatures === 'other' && isCheckpoint ? { key: 'x'.repeat(43) } : {}
    const kept = signatures === 'kept' && isCheckpoint ? { key, signature } : {}
    const json = JSON.stringify({ ...members, ...thumbprint, ...kept }).slice(1, -1)
    const head = { seq, time: time as number, kind: kind as RecordKind, prev }
    const made = makeLine(head, json, signatures === 'other' && isCheckpoint ? attackerKey : undefined)
    lines.push(made.line.trimEnd())
    prev = made.hash
  }
  writeFileSync(file, `${lines.join('\n')}\n`)
}

type Head = Readonly<Record<'seq' | 'time', number> & Record<'hash', string>>

it('a record that is added to the file of a killed process is signed by the next start, and the file is named', async () => {
  const killed = makeLog({ key: privateKey })
  killed.decide(1)
  await killed.log.flush()
  const [file = ''] = killed.files()
  const { seq, hash, time } = recordsIn([file]).at(-1) as unknown as Head
  const forged = makeLine({ seq: seq + 1, time, kind: 'decision', prev: hash }, '"event":{}')
  appendFileSync(file, forged.line)
  rmSync(join(killed.folder, 'log', 'notes.lock'))
  const next = makeLog({ key: privateKey }, killed.folder)
  await next.log.ready()
  await next.log.close()
  expect(await verifyLog(next.files(), { key: publicKey })).toMatchObject({
    ok: true,
    proof: 'signed',
    unclosed: [basename(file)],
  })
})

it('a log is signed by one of the keys that were given, as after a change of the key', async () => {
  const { paths } = await closedLog(1)
  const other = keyPair().publicKey
  expect(await codes(paths, { key: other })).toContain('unknown_key')
  expect(await verifyLog(paths, { key: [other, publicKey] })).toMatchObject({ ok: true, proof: 'signed' })
})

describe('a file that is not a log', () => {
  it.skipIf(process.platform === 'win32')(
    'and has no end is refused at once, by whatever reads it',
    async () => {
      const pipe = join(temporaryFolder(), 'x.jsonl')
      execFileSync('mkfifo', [pipe])
      for (const path of [pipe, '/dev/zero', dirname(pipe)]) {
        const refusal = { path, code: path === dirname(pipe) ? 'EISDIR' : 'EINVAL' }
        await expect(verifyLog([path])).rejects.toMatchObject(refusal)
        await expect(replayLog([path], { evidence: [path] })).rejects.toMatchObject(refusal)
        const matches = () => true
        await expect(eraseEvidence({ log: [path], evidence: [], matches })).rejects.toMatchObject(refusal)
      }
    },
  )

  it.each([
    ['of one line without an end', Buffer.alloc(3 * 1024 * 1024, 'x'), ['incomplete_line', 'line_too_long']],
    ['of zeros', Buffer.alloc(100_000), ['incomplete_line']],
    ['that is empty', Buffer.alloc(0), ['header_missing']],
    ['of JSON', Buffer.from('{}\n[]\nnull\n{"seq":1}\n'), ['not_a_record']],
    ['of lines without content', Buffer.from('\n\n\n'), ['not_a_record']],
  ])('%s is found with bounded lists', async (_, content, expected) => {
    const path = join(temporaryFolder(), 'x.jsonl')
    writeFileSync(path, content)
    const { faults, records } = await verifyLog([path])
    expect(records).toBe(0)
    expect(expected).toContain(faults[0]?.code)
  })

  it('of 100 000 lines lists a hundred faults', async () => {
    const path = join(temporaryFolder(), 'x.jsonl')
    writeFileSync(path, 'x\n'.repeat(100_000))
    const { faults, faultCount } = await verifyLog([path])
    expect([faults.length, faultCount]).toEqual([100, 100_000])
  })
})
