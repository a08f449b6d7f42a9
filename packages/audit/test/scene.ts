import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AuditKey,
  type AuditOptions,
  type AuditProblem,
  type Checkpoint,
  fileSink,
} from '@aauth-guard/audit'
import type { DecisionEvent } from '@aauth-guard/core'
import { onTestFinished } from 'vitest'
import { makeAuditLog } from '../src/audit-log.ts'
import type { AuditEnvironment } from '../src/writer/environment.ts'

/** An empty folder for one test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A pair of JWK of `Ed25519`, `X25519` or `P-256`. */
export function keyPair(type: 'ed25519' | 'x25519' | 'ec' = 'ed25519'): {
  readonly privateKey: AuditKey
  readonly publicKey: AuditKey
} {
  const pair =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : type === 'x25519'
        ? generateKeyPairSync('x25519')
        : generateKeyPairSync('ed25519')
  return {
    privateKey: pair.privateKey.export({ format: 'jwk' }) as AuditKey,
    publicKey: pair.publicKey.export({ format: 'jwk' }) as AuditKey,
  }
}

/** A clock that the test moves, and ticks that the test causes. */
export class TestEnvironment implements AuditEnvironment {
  time = 1_790_000_000_000
  readonly warnings: string[] = []
  readonly #ticks = new Set<() => void>()
  readonly #later = new Set<() => void>()

  readonly now = (): number => this.time
  readonly everySecond = (call: () => void): (() => void) => {
    this.#ticks.add(call)
    return () => void this.#ticks.delete(call)
  }
  readonly later = (call: () => void): void => void this.#later.add(call)
  readonly warn = (text: string): void => void this.warnings.push(text)

  /** Lets a second pass. */
  second(): void {
    this.time += 1000
    this.runLater()
    for (const call of this.#ticks) call()
  }

  /** Calls what waits for some milliseconds. */
  runLater(): void {
    const due = [...this.#later]
    this.#later.clear()
    for (const call of due) call()
  }

  get isTicking(): boolean {
    return this.#ticks.size > 0
  }
}

/** A log in a folder of its own, with what it reported. */
export function makeLog(
  options: Partial<AuditOptions> = {},
  folder: string = temporaryFolder(),
  environment: TestEnvironment = new TestEnvironment(),
) {
  const problems: AuditProblem[] = []
  const checkpoints: Checkpoint[] = []
  const log = makeAuditLog(
    {
      sink: fileSink(join(folder, 'log', 'notes')),
      onProblem: (problem) => problems.push(problem),
      onCheckpoint: (checkpoint) => checkpoints.push(checkpoint),
      ...options,
    },
    environment,
  )
  onTestFinished(() => log.close().catch(() => undefined))
  const decide = (count: number, members: Partial<DecisionEvent> = {}): void => {
    for (let i = 0; i < count; i++)
      log.listeners.onDecision(decisionEvent({ seq: ++decided, ...members }), undefined, () => undefined)
  }
  let decided = 0
  return { log, folder, environment, problems, checkpoints, decide, files: () => filesIn(folder) }
}

/** A decision about a verified caller. */
export function decisionEvent(members: Partial<DecisionEvent> = {}): DecisionEvent {
  return {
    type: 'aauth.decision.v1',
    time: 1_790_000_000_000,
    process: 'b3c4',
    seq: 1,
    request: 'r1',
    step: 1,
    point: 'guard',
    credential: 'aauth',
    outcome: 'accepted',
    duration: { total: 1.5 },
    method: 'GET',
    path: '/notes',
    issuer: 'https://ps.example',
    agent: 'aauth:planner@agent.example',
    kind: 'auth-token',
    ...members,
  }
}

/** Paths of the files of the log, in order. */
export function filesIn(folder: string, sub = 'log'): string[] {
  return readdirSync(join(folder, sub))
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => join(folder, sub, name))
}

export interface Line {
  readonly seq: number
  readonly kind: string
  readonly [member: string]: unknown
}

/** All records of files. */
export function recordsIn(files: readonly string[]): Line[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line),
  )
}
