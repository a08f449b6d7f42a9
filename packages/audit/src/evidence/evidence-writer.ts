import { randomBytes } from 'node:crypto'
import type { RequestEvidence } from '@aauth-guard/core'
import type { AuditKey } from '../record/audit-key.ts'
import type { AuditSink } from '../sink/sink.ts'
import { encrypt, type PreparedEvidence, prepareEvidence } from './entries.ts'
import { wrapKey } from './recipient.ts'

/** Fields whose values let their reader act as somebody. */
const credentials: readonly string[] = ['authorization', 'proxy-authorization', 'cookie']
/** Key sets of a file that are remembered. Of more, some are stored again. */
const maxKeySets = 1000

/** Keeps evidence in a sink of its own, where it can be erased. */
export class EvidenceWriter {
  readonly #sink: AuditSink
  readonly #recipient: AuditKey | undefined
  readonly #secretFields: ReadonlySet<string>
  readonly #now: () => number
  readonly #stored = new Set<string>()
  #isOpen = false
  #begunAt = 0
  #contentKey: Uint8Array | undefined

  /** @param recipient without which evidence is not encrypted */
  constructor(
    sink: AuditSink,
    recipient: AuditKey | undefined,
    secretFields: readonly string[],
    now: () => number,
  ) {
    this.#sink = sink
    this.#recipient = recipient
    this.#secretFields = new Set([...credentials, ...secretFields.map((name) => name.toLowerCase())])
    this.#now = now
  }

  /** @returns `'withheld'` if it would show a secret to whoever reads the sink */
  prepare(evidence: RequestEvidence): PreparedEvidence | 'withheld' {
    const isSecret = evidence.covered.some((name) => this.#secretFields.has(name.toLowerCase()))
    return isSecret && this.#recipient === undefined ? 'withheld' : prepareEvidence(evidence)
  }

  /** Resolves once all of it survives a power cut. @throws (the promise rejects) if it could not be written */
  async write(entries: readonly PreparedEvidence[]): Promise<void> {
    try {
      await this.#beginIfDue()
      const stored = new Set<string>()
      const lines = entries.flatMap((entry) => this.#linesOf(entry, stored))
      await this.#sink.append(Buffer.from(lines.join('')))
      await this.#sink.sync()
      for (const id of stored) if (this.#stored.size < maxKeySets) this.#stored.add(id)
    } catch (error) {
      this.#isOpen = false
      throw error
    }
  }

  async close(): Promise<void> {
    if (this.#isOpen) await this.#sink.finish()
    this.#isOpen = false
    await this.#sink.close()
  }

  async #beginIfDue(): Promise<void> {
    const sink = this.#sink
    const isDue =
      sink.fileBytes >= sink.maxFileBytes || Math.abs(this.#now() - this.#begunAt) >= sink.maxFileAge
    if (this.#isOpen && !isDue) return
    if (this.#isOpen) await sink.finish()
    else await this.#open()
    const file = await sink.begin()
    this.#begunAt = this.#now()
    this.#stored.clear()
    this.#contentKey = this.#recipient && new Uint8Array(randomBytes(32))
    const key =
      this.#contentKey && this.#recipient
        ? { key: await wrapKey(this.#contentKey, this.#recipient) }
        : { plain: true }
    await sink.append(
      Buffer.from(line({ kind: 'evidence-file', version: 1, file, time: this.#begunAt, ...key })),
    )
    this.#isOpen = true
  }

  async #open(): Promise<void> {
    const tail = await this.#sink.open()
    if (tail === undefined) return
    const end = tail.octets.lastIndexOf(0x0a) + 1
    if (end < tail.octets.length) await this.#sink.moveAside(tail.name, tail.size - tail.octets.length + end)
  }

  #linesOf({ id, salt, text, keysId, keys }: PreparedEvidence, stored: Set<string>): string[] {
    const key = this.#contentKey
    const lines: string[] = []
    if (!this.#stored.has(keysId) && !stored.has(keysId)) {
      stored.add(keysId)
      lines.push(line({ kind: 'keys', id: keysId, ...(key ? encrypt(key, keysId, keys) : { keys }) }))
    }
    const kept = key ? encrypt(key, id, JSON.stringify({ salt, text })) : { salt, text }
    lines.push(line({ kind: 'evidence', id, ...kept }))
    return lines
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}
