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
      '2 decision',
      '3 decision',
      '4 decision',
      '5 checkpoint',
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
})
