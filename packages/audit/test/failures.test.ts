import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type AuditSink, auditLog, fileSink, verifyLog } from '@aauth-guard/audit'
import { type AAuthError, answer, authorize, type DecisionEvent } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeAuditLog } from '../src/audit-log.ts'
import {
  decisionEvent,
  filesIn,
  keyPair,
  makeLog,
  recordsIn,
  TestEnvironment,
  temporaryFolder,
} from './scene.ts'

/** A sink over files whose operations fail while they are told to. */
function fragileSink(folder: string) {
  const files = fileSink(join(folder, 'log', 'notes'))
  const failing = new Map<string, NodeJS.ErrnoException>()
  const guarded = new Proxy(files, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return async (...given: unknown[]) => {
        const failure = failing.get(String(name))
        if (failure !== undefined) throw failure
        return member.apply(target, given)
      }
    },
  }) as AuditSink
  return {
    sink: guarded,
    fail: (code: string, ...names: string[]) => {
      for (const name of names) failing.set(name, Object.assign(new Error(code), { code }))
    },
    work: () => failing.clear(),
  }
}

/** Lets a second pass, and waits until the log has tried to write. */
async function aSecond({
  log,
  environment,
}: Pick<ReturnType<typeof makeLog>, 'log' | 'environment'>): Promise<void> {
  environment.second()
  await log.flush().catch(() => undefined)
}

const kindsIn = (files: readonly string[]) => recordsIn(files).map(({ kind }) => kind)

describe('a sink that fails', () => {
  it.each([
    ['ENOSPC', ['append']],
    ['EIO', ['append']],
    ['EIO', ['sync']],
    ['EROFS', ['append', 'begin']],
  ])('with %s at %j is reported, and a gap says so once it works again', async (code, operations) => {
    const folder = temporaryFolder()
    const fragile = fragileSink(folder)
    const scene = makeLog({ sink: fragile.sink }, folder)
    scene.decide(1)
    await scene.log.flush()
    fragile.fail(code, ...operations)
    scene.decide(2)
    await aSecond(scene)
    await expect(scene.log.ready()).rejects.toThrow(code)
    scene.decide(2)
    fragile.work()
    await aSecond(scene)
    scene.decide(1)
    await scene.log.close()
    expect(recordsIn(scene.files()).filter(({ kind }) => kind === 'decision')).toHaveLength(6)
    expect(recordsIn(scene.files())).toContainEqual(
      expect.objectContaining({ kind: 'gap', reason: code, lost: 0 }),
    )
    expect(await verifyLog(scene.files())).toMatchObject({ ok: true, end: 'closed', gaps: 1 })
    expect(scene.problems.map(({ type }) => type)).toContain('sink_failed')
    expect(scene.environment.warnings[0]).toContain(code)
  })

  it('longer than the queue lasts loses records, whose number is recorded', async () => {
    const folder = temporaryFolder()
    const fragile = fragileSink(folder)
    const scene = makeLog({ sink: fragile.sink }, folder)
    await scene.log.ready()
    fragile.fail('ENOSPC', 'append')
    scene.decide(10_500)
    await aSecond(scene)
    fragile.work()
    await aSecond(scene)
    scene.decide(1)
    await scene.log.close()
    const log = await verifyLog(scene.files())
    expect(log).toMatchObject({ ok: true, lost: 500 })
    expect(recordsIn(scene.files()).filter(({ kind }) => kind === 'decision')).toHaveLength(10_001)
  })

  it('while it is closed says how many records are missing', async () => {
    const folder = temporaryFolder()
    const fragile = fragileSink(folder)
    const scene = makeLog({ sink: fragile.sink }, folder)
    await scene.log.ready()
    fragile.fail('EIO', 'append')
    scene.decide(3)
    await expect(scene.log.close()).rejects.toThrow('3 records are not in the audit log: EIO')
  })

  it('that writes a part of a record and cannot take it back is continued behind what is whole', async () => {
    const folder = temporaryFolder()
    const files = fileSink(join(folder, 'log', 'notes'))
    let left = Number.POSITIVE_INFINITY
    const sink = new Proxy(files, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target)
        if (typeof member !== 'function') return member
        if (name !== 'append') return member.bind(target)
        return async (octets: Uint8Array) => {
          if (left > 1) return files.append(octets)
          left = Number.POSITIVE_INFINITY
          // Two records and a part of the third.
          const second = octets.indexOf(0x0a, octets.indexOf(0x0a) + 1)
          await files.append(octets.subarray(0, second + 30))
          throw Object.assign(new Error('EIO'), { code: 'EIO' })
        }
      },
    }) as AuditSink
    const scene = makeLog({ sink }, folder)
    await scene.log.ready()
    left = 1
    scene.decide(5)
    await aSecond(scene)
    await aSecond(scene)
    await scene.log.close()
    expect(await verifyLog(scene.files())).toMatchObject({ ok: true, end: 'closed' })
    const decisions = recordsIn(scene.files()).flatMap(({ event }) => (event as { seq?: number })?.seq ?? [])
    expect(decisions).toEqual([1, 2, 3, 4, 5])
    expect(kindsIn(scene.files())).toContain('recovered')
  })
})

describe("with onFailure 'refuse'", () => {
  async function makeScene(durability: 'interval' | 'record') {
    const folder = temporaryFolder()
    const fragile = fragileSink(folder)
    const scene = makeLog({ sink: fragile.sink, onFailure: 'refuse', durability }, folder)
    const world = await makeWorld({ replay: 'off' })
    world.resource.listen(scene.log.listeners)
    return { ...scene, scene, fragile, world, token: await world.agent.authToken({ scope: 'access' }) }
  }

  it.each(['interval', 'record'] as const)(
    'and durability %s a request is answered with 503 and Retry-After until the sink works',
    async (durability) => {
      const { scene, fragile, world, token, log, files } = await makeScene(durability)
      await world.call(token)
      fragile.fail('ENOSPC', 'append')
      if (durability === 'interval') {
        // What was accepted before the failure showed is written later.
        await world.call(token)
        await aSecond(scene)
      }
      const refusal = await world.refusal(token)
      expect([refusal.code, (await answer(refusal)).status]).toEqual(['server_error', 503])
      expect((await answer(refusal)).headers['retry-after']).toBe('5')
      expect(refusal.hint).toContain('ENOSPC')
      fragile.work()
      await aSecond(scene)
      await world.call(token)
      await log.close()
      expect(await verifyLog(files())).toMatchObject({ ok: true, gaps: 1, lost: 0 })
      const last = new Map<string, string>()
      for (const { event } of recordsIn(files()) as { event?: { request: string; outcome: string } }[])
        if (event?.request) last.set(event.request, event.outcome)
      expect([...last.values()]).toEqual(
        durability === 'interval'
          ? ['accepted', 'accepted', 'failed', 'accepted']
          : ['accepted', 'failed', 'accepted'],
      )
    },
  )

  it('a log that cannot be opened accepts nothing', async () => {
    const { fragile, world, token } = await makeScene('interval')
    fragile.fail('EACCES', 'open')
    expect((await world.refusal(token)).hint).toContain('EACCES')
  })

  it("without it a request goes on, with durability 'record' as well", async () => {
    const folder = temporaryFolder()
    const fragile = fragileSink(folder)
    const scene = makeLog({ sink: fragile.sink, durability: 'record' }, folder)
    const world = await makeWorld()
    world.resource.listen(scene.log.listeners)
    fragile.fail('EACCES', 'open')
    await world.call(await world.agent.authToken({ scope: 'access' }))
  })
})

describe('durability', () => {
  it("'record' lets an accepted request go on once its record is on disk", async () => {
    const folder = temporaryFolder()
    const scene = makeLog({ durability: 'record' }, folder)
    const world = await makeWorld({ replay: 'off' })
    world.resource.listen(scene.log.listeners)
    const token = await world.agent.authToken({ scope: 'access' })
    for (let count = 1; count <= 3; count++) {
      await world.call(token)
      expect(kindsIn(scene.files()).filter((kind) => kind === 'decision')).toHaveLength(count)
    }
  })

  it("'interval' makes records safe once a second, and writes them at once otherwise", async () => {
    const folder = temporaryFolder()
    const files = fileSink(join(folder, 'log', 'notes'))
    let synced = 0
    const sink = new Proxy(files, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target)
        if (name === 'sync') synced += 1
        return typeof member === 'function' ? member.bind(target) : member
      },
    }) as AuditSink
    const environment = new TestEnvironment()
    const log = makeAuditLog({ sink }, environment)
    await log.ready()
    const before = synced
    for (let second = 0; second < 3; second++) {
      for (let batch = 0; batch < 5; batch++) {
        log.listeners.onDecision(decisionEvent(), undefined, () => undefined)
        environment.runLater()
        const count = 5 * second + batch + 1
        while (kindsIn(filesIn(folder)).filter((kind) => kind === 'decision').length < count)
          await new Promise((resolve) => setImmediate(resolve))
      }
      expect(synced - before).toBe(second)
      environment.second()
      while (synced - before === second) await new Promise((resolve) => setImmediate(resolve))
    }
    await log.close()
  })

  it("'interval' has no recorder, so that no request waits", () => {
    expect(makeLog().log.listeners).not.toHaveProperty('recorder')
    expect(makeLog({ durability: 'record' }).log.listeners).toHaveProperty('recorder')
  })
})

const isRoot = process.platform === 'linux' && process.getuid?.() === 0

it.skipIf(!isRoot)(
  `a disk that is full refuses with 503, and once there is room the log goes on${isRoot ? '' : ' (needs root to mount one)'}`,
  async (context) => {
    const folder = temporaryFolder()
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'pipe' })
    } catch {
      return context.skip('this machine mounts no file system')
    }
    onTestFinished(() => void execFileSync('umount', [folder]))
    const scene = makeLog({ onFailure: 'refuse', durability: 'record', key: keyPair().privateKey }, folder)
    const world = await makeWorld({ replay: 'off' })
    world.resource.listen(scene.log.listeners)
    const token = await world.agent.authToken({ scope: 'access' })
    await world.call(token)
    const ballast = join(folder, 'ballast')
    expect(() => writeFileSync(ballast, Buffer.alloc(1024 * 1024))).toThrow('ENOSPC')
    let accepted = 1
    let refused: AAuthError | undefined
    // What is left of the last page takes some records.
    while (refused === undefined)
      await world.call(token).then(
        () => {
          accepted += 1
        },
        (error: AAuthError) => {
          refused = error
        },
      )
    expect([refused.status, refused.hint]).toEqual([503, expect.stringContaining('ENOSPC')])
    rmSync(ballast)
    await aSecond(scene)
    await world.call(token)
    await scene.log.close()
    expect(await verifyLog(scene.files())).toMatchObject({ ok: true, end: 'closed', gaps: 1, lost: 0 })
    const outcomes = recordsIn(scene.files()).flatMap(({ event }) => (event as DecisionEvent)?.outcome ?? [])
    // The record of the refused request was waiting, and the one behind it says how it ended.
    expect(outcomes).toEqual([
      ...Array.from({ length: accepted + 1 }, () => 'accepted'),
      'failed',
      'accepted',
    ])
  },
)

describe('the files of a log', () => {
  it('have mode 0600 in a folder 0700, whatever the umask is', async () => {
    const before = process.umask(0)
    onTestFinished(() => void process.umask(before))
    const { log, folder, files } = makeLog()
    await log.ready()
    expect(statSync(join(folder, 'log')).mode & 0o777).toBe(0o700)
    expect(files().map((file) => statSync(file).mode & 0o777)).toEqual([0o600])
    expect(statSync(join(folder, 'log', 'notes.lock')).mode & 0o777).toBe(0o600)
    await log.close()
    expect(readdirSync(join(folder, 'log'))).toEqual(['notes-00000001.jsonl'])
  })

  it('are not written into a folder that others can enter', async () => {
    const { log, folder } = makeLog()
    mkdirSync(join(folder, 'log'))
    chmodSync(join(folder, 'log'), 0o755)
    await expect(log.ready()).rejects.toThrow('has mode 755, so that others can enter it')
  })

  it('are not written through a link, of the folder or of a file', async () => {
    const { log, folder } = makeLog()
    mkdirSync(join(folder, 'elsewhere'), { mode: 0o700 })
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'log'))
    await expect(log.ready()).rejects.toThrow('is not a folder, or a link to one')
    const other = makeLog()
    mkdirSync(join(other.folder, 'log'), { mode: 0o700 })
    writeFileSync(join(other.folder, 'target'), '')
    symlinkSync(join(other.folder, 'target'), join(other.folder, 'log', 'notes-00000001.jsonl'))
    await expect(other.log.ready()).rejects.toThrow('ELOOP')
    expect(readFileSync(join(other.folder, 'target'), 'utf8')).toBe('')
  })

  it('have one writer at a time', async () => {
    const { log, folder } = makeLog()
    await log.ready()
    const second = makeLog({}, folder)
    await expect(second.log.ready()).rejects.toThrow(`is held by process ${process.pid}`)
    await log.close()
    await aSecond(second)
    await second.log.close()
    expect(await verifyLog(second.files())).toMatchObject({ ok: true, files: 2, end: 'closed', unclosed: [] })
  })

  it('are left to a process that took them over, as from one that was stopped for long', async () => {
    const first = makeLog()
    await first.log.ready()
    const lock = join(first.folder, 'log', 'notes.lock')
    const taken = readFileSync(lock, 'utf8')
    rmSync(lock)
    const second = makeLog({}, first.folder)
    await second.log.ready()
    first.decide(1)
    await expect(first.log.flush()).rejects.toThrow('another process has taken over the log')
    expect(readFileSync(lock, 'utf8')).not.toBe(taken)
    second.decide(1)
    await second.log.close()
    expect(await verifyLog(second.files())).toMatchObject({ ok: true, end: 'closed', files: 2 })
  })

  it('end by size and by age, and each continues the one before', async () => {
    const folder = temporaryFolder()
    const sink = fileSink(join(folder, 'log', 'notes'), { maxFileBytes: 4096, maxFileAge: 60_000 })
    const { log, decide, environment, files } = makeLog({ sink }, folder)
    await log.ready()
    decide(20)
    await aSecond({ log, environment })
    const bySize = files().length
    expect(bySize).toBeGreaterThan(2)
    environment.time += 60_000
    decide(1)
    await aSecond({ log, environment })
    expect(files()).toHaveLength(bySize + 1)
    await log.close()
    expect(await verifyLog(files())).toMatchObject({ ok: true, end: 'closed' })
    for (const file of files().slice(0, -1)) expect(statSync(file).size).toBeLessThan(8192)
  })

  it('are not larger together than maxBytes, which is a failure', async () => {
    const folder = temporaryFolder()
    const sink = fileSink(join(folder, 'log', 'notes'), { maxBytes: 8192 })
    const { log, decide, environment, files, problems } = makeLog({ sink }, folder)
    await log.ready()
    decide(100)
    await aSecond({ log, environment })
    await expect(log.ready()).rejects.toThrow('"maxBytes" is 8192')
    expect(problems.at(-1)?.type).toBe('sink_failed')
    expect(files().reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThanOrEqual(8192)
  })

  it('whose end was damaged by something else than a crash are left, and a new chain begins', async () => {
    const first = makeLog()
    first.decide(1)
    await first.log.close()
    const [file = ''] = first.files()
    const damaged = Buffer.concat([readFileSync(file), Buffer.alloc(2 * 1024 * 1024, 'x')])
    writeFileSync(file, damaged)
    const second = makeLog({}, first.folder)
    await second.log.ready()
    await second.log.close()
    expect(readFileSync(file)).toEqual(damaged)
    expect(second.problems.map(({ type }) => type)).toEqual(['unreadable_file'])
    const { faults } = await verifyLog(second.files())
    expect(faults.map(({ code }) => code)).toEqual(['line_too_long', 'file_unreadable'])
  })
})

describe('unverified callers', () => {
  const unverified = { outcome: 'refused', code: 'invalid_signature', issuer: undefined as never } as const
  const unsigned = () => ({ method: 'GET', target: '/notes', header: () => [], body: new Uint8Array() })

  it('in a flood fill neither disk nor queue of a log that refuses, and an honest caller beside is served', async () => {
    const scene = makeLog({ onFailure: 'refuse', durability: 'record', key: keyPair().privateKey })
    const world = await makeWorld({ replay: 'off' })
    world.resource.listen(scene.log.listeners)
    const token = await world.agent.authToken({ scope: 'access' })
    const flood = 20_000
    for (let sent = 0; sent < flood; sent += 1000) {
      const refusals = Array.from({ length: 1000 }, () =>
        authorize(world.resource, unsigned()).catch(() => undefined),
      )
      await world.call(token)
      await Promise.all(refusals)
      scene.environment.second()
    }
    await scene.log.close()
    const records = recordsIn(scene.files())
    const counts = records.flatMap(
      ({ codes }) => (codes as { invalid_signature?: number })?.invalid_signature ?? [],
    )
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(flood)
    expect(counts.length).toBeLessThanOrEqual(flood / 1000 + 1)
    expect(records.filter(({ kind }) => kind === 'decision')).toHaveLength(flood / 1000)
    expect(scene.problems).toEqual([])
  })

  it.each(['close', 'flush'] as const)('are counted although the queue is full at %s', async (end) => {
    const scene = makeLog()
    await scene.log.ready()
    scene.decide(10_000)
    scene.decide(3, unverified)
    await scene.log[end]()
    const counts = recordsIn(scene.files()).filter(({ kind }) => kind === 'counts')
    expect(counts).toMatchObject([{ codes: { invalid_signature: 3 } }])
  })

  it.each([true, false])(
    'of a log that was closed are reported once, if it was opened before: %s',
    async (isOpen) => {
      const scene = makeLog()
      if (isOpen) await scene.log.ready()
      await scene.log.close()
      scene.decide(3, unverified)
      for (let i = 0; i < 3; i++) scene.environment.second()
      expect(scene.problems.map(({ type }) => type)).toEqual(['recorded_after_close'])
      expect(scene.environment.isTicking).toBe(false)
    },
  )

  it("are recorded one by one with 'record', until half of maxBytes is used", async () => {
    const folder = temporaryFolder()
    const sink = fileSink(join(folder, 'log', 'notes'), { maxBytes: 60_000 })
    const { log, environment, files } = makeLog({ sink, unverified: 'record' }, folder)
    await log.ready()
    for (let sent = 0; sent < 120; sent++) {
      const { issuer: _, ...claimed } = decisionEvent({ outcome: 'refused', code: 'invalid_signature' })
      log.listeners.onDecision({ ...claimed, claimed: { issuer: 'x' } }, undefined, () => undefined)
      await aSecond({ log, environment })
    }
    await log.close()
    const bytes = files().reduce((sum, file) => sum + statSync(file).size, 0)
    const decisions = recordsIn(files()).filter(({ kind }) => kind === 'decision').length
    expect(decisions).toBeGreaterThan(20)
    expect(decisions).toBeLessThan(100)
    expect(bytes).toBeLessThanOrEqual(60_000)
  })

  it("need maxBytes for 'record'", () => {
    expect(() => auditLog({ sink: fileSink('x/y'), unverified: 'record' })).toThrow('has no "maxBytes"')
  })
})

it('what happens beside decisions is recorded, and counted where anybody can cause it', async () => {
  const { log, environment, files } = makeLog()
  const { time } = environment
  const told = { time, suppressed: 2 }
  log.listeners.onEvent({
    type: 'aauth.token_revoked.v1',
    issuer: 'https://ps.example',
    jti: 'j',
    learnedFrom: 'issuer',
    ...told,
  })
  log.listeners.onEvent({
    type: 'aauth.issuer_refused.v1',
    issuer: 'https://x.example',
    kind: 'auth-token',
    ...told,
  })
  environment.second()
  await log.close()
  expect(recordsIn(files()).filter(({ kind }) => kind === 'event' || kind === 'counts')).toMatchObject([
    { event: { type: 'aauth.token_revoked.v1', jti: 'j' } },
    { codes: { 'aauth.issuer_refused.v1': 3 } },
  ])
})

it('a log that was never used leaves no file and no timer', async () => {
  const { log, folder, environment } = makeLog()
  await log.close()
  expect(() => filesIn(folder)).toThrow('ENOENT')
  expect(environment.isTicking).toBe(false)
})
