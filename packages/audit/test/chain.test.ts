import { readFileSync } from 'node:fs'
import { verifyLog } from '@aauth-guard/audit'
import { describe, expect, it } from 'vitest'
import { keyPair, makeLog, recordsIn } from './scene.ts'

describe('an audit log', () => {
  it('that was closed verifies, signed with the key of its checkpoints and as a chain without it', async () => {
    const { privateKey, publicKey } = keyPair()
    const { log, decide, files, checkpoints } = makeLog({
      key: privateKey,
      resource: 'https://notes.example',
    })
    decide(3)
    await log.close()
    expect(recordsIn(files()).map(({ seq, kind }) => `${seq} ${kind}`)).toEqual([
      '1 file',
      '2 checkpoint',
      '3 decision',
      '4 decision',
      '5 decision',
      '6 closed',
    ])
    expect(await verifyLog(files(), { key: publicKey, checkpoint: checkpoints })).toMatchObject({
      ok: true,
      proof: 'signed',
      end: 'closed',
      records: 6,
      signedUntil: 6,
      checkpointsFound: 2,
      beginsLater: false,
      clockSteps: 0,
      faults: [],
    })
    expect(await verifyLog(files())).toMatchObject({ ok: true, proof: 'chain only', end: 'closed' })
  })

  it('without a key and without onCheckpoint has no checkpoints', async () => {
    const { log, decide, files } = makeLog({ onCheckpoint: undefined as never })
    decide(1)
    await log.close()
    expect(recordsIn(files()).map(({ kind }) => kind)).toEqual(['file', 'decision', 'closed'])
  })

  it('holds foreign text as printable ASCII in one line each', async () => {
    const hostile = '\u2028\u2029\u202e\u0007\u007f\r\n"}\ud800é'
    const { log, decide, files } = makeLog()
    decide(1, { agent: hostile, path: `/${hostile}`, hint: hostile })
    await log.close()
    const [file = ''] = files()
    expect(readFileSync(file, 'latin1')).toMatch(/^[\x20-\x7e\n]*$/)
    const [event] = recordsIn([file]).flatMap((record) => (record.kind === 'decision' ? [record.event] : []))
    expect(event).toMatchObject({ agent: hostile, path: `/${hostile}` })
    expect((await verifyLog([file])).ok).toBe(true)
  })

  it('reports a clock that went back, which is not a fault', async () => {
    const { log, decide, files, environment } = makeLog()
    decide(1)
    await log.flush()
    environment.time -= 3_600_000
    decide(1)
    await log.close()
    expect(await verifyLog(files())).toMatchObject({ ok: true, clockSteps: 1 })
  })

  it('has a checkpoint after each 1000 records and after ten seconds, which are handed over', async () => {
    const { log, decide, files, environment, checkpoints } = makeLog({ key: keyPair().privateKey })
    decide(2500)
    await log.flush()
    decide(1)
    environment.time += 10_000
    await log.flush()
    await log.close()
    const kept = recordsIn(files()).filter(({ kind }) => kind === 'checkpoint' || kind === 'closed')
    expect(kept.map(({ seq }) => seq)).toEqual([2, 1002, 2002, 2506, 2507])
    expect(checkpoints.map(({ seq }) => seq)).toEqual(kept.map(({ seq }) => seq))
    expect(checkpoints.map(({ hash }) => hash)).toEqual(kept.map(({ hash }) => hash))
  })

  it('cuts an event that is too long for a line, and says so', async () => {
    const { log, decide, files } = makeLog()
    decide(1, {
      agent: '\u2028'.repeat(200_000),
      covered: Array.from({ length: 5000 }, () => 'x'.repeat(500)),
    })
    await log.close()
    expect(await verifyLog(files())).toMatchObject({ ok: true })
    const [, , decision] = recordsIn(files())
    expect(decision).toMatchObject({ clipped: true, event: { agent: '\u2028'.repeat(256) } })
  })

  it('whose onCheckpoint or onProblem fails goes on, and says so', async () => {
    const { log, decide, files, environment } = makeLog({
      onCheckpoint: () => Promise.reject(new Error('no bucket')),
      onProblem: () => {
        throw new Error('no pager')
      },
    })
    decide(1)
    await log.close()
    expect(await verifyLog(files())).toMatchObject({ ok: true, end: 'closed' })
    expect(environment.warnings[0]).toContain('"onCheckpoint" failed: no bucket')
    expect(environment.warnings[1]).toContain('"onProblem" of the audit log failed: no pager')
  })
})
