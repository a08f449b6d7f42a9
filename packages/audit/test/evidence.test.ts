import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EvidenceOptions, eraseEvidence, fileSink, replayLog, verifyLog } from '@aauth-guard/audit'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { makeLine, type RecordKind } from '../src/record/line.ts'
import { filesIn, keyPair, makeLog, recordsIn, temporaryFolder } from './scene.ts'

const scope = { scope: 'access' }

/** A world whose accepted requests leave evidence. */
async function makeScene(how: (folder: string) => EvidenceOptions) {
  const folder = temporaryFolder()
  const world = await makeWorld()
  const scene = makeLog({ evidence: how(folder) }, folder)
  world.resource.listen(scene.log.listeners)
  const token = await world.agent.authToken(scope)
  return { ...scene, world, token, evidence: () => filesIn(folder, 'evidence') }
}

const sinkIn = (folder: string) => fileSink(join(folder, 'evidence', 'notes'))
const plain = (folder: string): EvidenceOptions => ({ sink: sinkIn(folder), plain: true })

describe('evidence for a recipient', () => {
  it.each(['x25519', 'ec'] as const)(
    'with a key of type %s verifies again with the private key only',
    async (type) => {
      const { privateKey, publicKey } = keyPair(type)
      const { log, world, token, files, evidence } = await makeScene((folder) => ({
        sink: sinkIn(folder),
        recipient: publicKey,
      }))
      await world.call(token)
      await world.call(await world.agent.agentToken(), { requirement: { accept: 'agent-token' } })
      await log.close()
      const replayed = await replayLog(files(), { evidence: evidence(), privateKey })
      expect(replayed).toMatchObject({ ok: true, outcomes: { verified: 2 }, log: { ok: true } })
      const others = [undefined, keyPair(type).privateKey]
      for (const other of others) {
        const options = other === undefined ? {} : { privateKey: other }
        const { outcomes } = await replayLog(files(), { evidence: evidence(), ...options })
        expect(outcomes).toMatchObject({ verified: 0, unreadable: 2 })
      }
    },
  )

  it('shows no token, signature or path in its files', async () => {
    const { publicKey } = keyPair('x25519')
    const { log, world, token, files, evidence } = await makeScene((folder) => ({
      sink: sinkIn(folder),
      recipient: publicKey,
    }))
    await world.call(token)
    await log.close()
    const text = [...files(), ...evidence()].map((file) => readFileSync(file, 'utf8')).join('')
    for (const part of token.split('.')) expect(text).not.toContain(part)
    expect(readFileSync(evidence()[0] as string, 'utf8')).not.toContain('notes.example')
  })

  it('is kept even of a request whose signature covers a credential', async () => {
    const { privateKey, publicKey } = keyPair('x25519')
    const { log, world, token, files, evidence } = await makeScene((folder) => ({
      sink: sinkIn(folder),
      recipient: publicKey,
    }))
    await callWithCookie(world, token)
    await log.close()
    const { outcomes } = await replayLog(files(), { evidence: evidence(), privateKey })
    expect(outcomes).toMatchObject({ verified: 1, withheld: 0 })
  })
})

async function callWithCookie({ call }: World, token: string): Promise<void> {
  await call(token, { headers: { cookie: 'session=secret' }, cover: ['cookie'] })
}

describe('plain evidence', () => {
  it('stores the key set of an issuer once, however many requests it vouches for', async () => {
    const { log, world, token, evidence, files } = await makeScene(plain)
    for (let i = 0; i < 5; i++) await world.call(token, { url: `https://notes.example/notes/${i}` })
    await log.close()
    const kinds = recordsIn(evidence()).map(({ kind }) => kind)
    expect(kinds).toEqual(['evidence-file', 'keys', ...Array.from({ length: 5 }, () => 'evidence')])
    expect((await replayLog(files(), { evidence: evidence() })).outcomes.verified).toBe(5)
  })

  it('is withheld where the signature covers a credential or a secret field', async () => {
    const { log, world, token, evidence, files } = await makeScene((folder) => ({
      ...plain(folder),
      secretFields: ['X-Api-Key'],
    }))
    await callWithCookie(world, token)
    await world.call(token, { headers: { 'x-api-key': 'secret' }, cover: ['x-api-key'] })
    await world.call(token)
    await log.close()
    expect((await replayLog(files(), { evidence: evidence() })).outcomes).toMatchObject({
      withheld: 2,
      verified: 1,
    })
    expect(readFileSync(evidence()[0] as string, 'utf8')).not.toContain('secret')
  })

  it('that is erased for one person leaves the log and the evidence of others verifiable', async () => {
    const { log, world, token, evidence, files } = await makeScene(plain)
    await world.call(token)
    await world.call(await world.agent.authToken({ ...scope, sub: 'person-2' }))
    await log.close()
    const persons = recordsIn(files()).flatMap(({ event }) => (event as { person?: string })?.person ?? [])
    expect(new Set(persons).size).toBe(2)
    const erased = await eraseEvidence({
      log: files(),
      evidence: evidence(),
      matches: (event) => event.person === persons[0],
    })
    expect(erased).toBe(1)
    expect(readFileSync(evidence()[0] as string, 'utf8')).not.toContain(token)
    const replayed = await replayLog(files(), { evidence: evidence() })
    expect(replayed).toMatchObject({ ok: true, outcomes: { erased: 1, verified: 1 } })
    expect(await verifyLog(files())).toMatchObject({ ok: true })
  })

  it('that is changed in any way fails, or is missing', async () => {
    const { log, world, token, evidence, files } = await makeScene(plain)
    await world.call(token)
    await log.close()
    const [file = ''] = evidence()
    const whole = readFileSync(file, 'utf8')
    const [header, keys, entry] = whole.split('\n') as [string, string, string]
    const changed = [
      entry.replace('GET', 'PUT'),
      entry.replace('verifiedAt', 'verifiedAt2'),
      entry.replace('"salt":"', '"salt":"A'),
    ]
    for (const other of changed) {
      writeFileSync(file, `${[header, keys, other].join('\n')}\n`)
      const { ok, outcomes } = await replayLog(files(), { evidence: evidence() })
      expect([ok, outcomes.failed]).toEqual([false, 1])
    }
    writeFileSync(file, `${[header, keys].join('\n')}\n`)
    expect((await replayLog(files(), { evidence: evidence() })).outcomes.missing).toBe(1)
  })

  it('whose key set was exchanged fails', async () => {
    const { log, world, token, evidence, files } = await makeScene(plain)
    await world.call(token)
    await log.close()
    const [file = ''] = evidence()
    const [header, keys = '', entry] = readFileSync(file, 'utf8').split('\n')
    const { kid } = (JSON.parse((JSON.parse(keys) as { keys: string }).keys) as { kid: string }[])[0] ?? {}
    const forged = { ...JSON.parse(keys), keys: JSON.stringify([{ ...keyPair().publicKey, kid }]) }
    writeFileSync(file, `${[header, JSON.stringify(forged), entry].join('\n')}\n`)
    const faults: string[] = []
    await replayLog(files(), {
      evidence: evidence(),
      onDecision: (replayed) => void faults.push(...replayed.faults),
    })
    expect(faults).toEqual(['the token was not signed by the recorded key of the issuer'])
  })
})

const mission = { approver: 'https://ps.example', s256: 'A'.repeat(43) }

describe('a decision that was edited in a log that was computed anew', () => {
  it.each([
    ['agent', { agent: 'aauth:somebody@agent.example' }, 'the agent is not that of the decision'],
    ['mission', { mission }, 'the mission is not that of the decision'],
    ['kind', { kind: 'person-token' }, 'the kind of the token is not that of the decision'],
  ] as const)('so that it names another %s is not proved by its evidence', async (_, edited, fault) => {
    const { log, world, token, evidence, files } = await makeScene(plain)
    await world.call(token)
    await world.call(await world.agent.agentToken(), { requirement: { accept: 'agent-token' } })
    await log.close()
    const [file = ''] = files()
    expect((await replayLog([file], { evidence: evidence() })).outcomes).toMatchObject({ verified: 2 })
    editDecisions(file, edited)
    const faults: (readonly string[])[] = []
    const { log: chain, outcomes } = await replayLog([file], {
      evidence: evidence(),
      onDecision: (replayed) => void faults.push(replayed.faults),
    })
    expect([chain.ok, outcomes.verified]).toEqual([true, 0])
    for (const found of faults) expect(found).toContain(fault)
  })
})

/** Edits every decision, and computes the chain anew. */
function editDecisions(file: string, edited: object): void {
  let prev: string | null = null
  const lines: string[] = []
  for (const { seq, time, kind, prev: _, hash: __, ...members } of recordsIn([file])) {
    if (kind === 'decision') Object.assign(members.event as object, edited)
    const head = { seq, time: time as number, kind: kind as RecordKind, prev }
    const made = makeLine(head, JSON.stringify(members).slice(1, -1))
    lines.push(made.line)
    prev = made.hash
  }
  writeFileSync(file, lines.join(''))
}

describe('a record without evidence', () => {
  it('is one of a caller that did not verify, and "lost" where evidence could not be written', async () => {
    const { log, world, token, files, evidence, problems } = await makeScene((folder) => ({
      ...plain(folder),
      sink: { ...sinkThatFails(), open: async () => Promise.reject(new Error('EIO')) },
    }))
    await world.call(token)
    await log.close()
    expect(evidence).toThrow('ENOENT')
    expect((await replayLog(files(), { evidence: [] })).outcomes).toMatchObject({ lost: 1 })
    expect(problems.map(({ type }) => type)).toEqual(['evidence_failed'])
  })
})

function sinkThatFails() {
  const fail = async () => Promise.reject(new Error('EIO'))
  return {
    maxFileBytes: 1e6,
    maxFileAge: 1e6,
    bytes: 0,
    fileBytes: 0,
    open: fail,
    moveAside: fail,
    begin: fail,
    append: fail,
    sync: fail,
    finish: async () => undefined,
    close: async () => undefined,
  }
}
