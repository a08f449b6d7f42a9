import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { DecisionEvent } from '@aauth-guard/core'
import { maxLine, readLine } from '../record/line.ts'
import { linesOf } from '../verify/lines.ts'
import { objectIn } from './evidence-reader.ts'

const maxEntry = 1024 * 1024

/** Whose evidence is erased, and where it is. */
export interface EraseOptions {
  /** Paths of the files of the log, which are only read. */
  readonly log: readonly string[]
  /** Paths of the files of evidence. The one that is being written may be among them. */
  readonly evidence: readonly string[]
  /** Which decisions lose their evidence. */
  readonly matches: (event: DecisionEvent) => boolean
}

/**
 * Erases the evidence of some decisions, such as those about a person. The octets of the entries are overwritten; the log
 * still verifies, and `replayLog` says `erased` for them. What backups, snapshots and the medium itself keep is for you
 * to erase.
 *
 * @returns how many entries were erased
 * @throws (the promise rejects) if a file cannot be read or written
 * @example
 * ```ts
 * import { eraseEvidence } from '@aauth-guard/audit'
 *
 * export function forget(person: string, log: string[], evidence: string[]): Promise<number> {
 *   return eraseEvidence({ log, evidence, matches: (event) => event.person === person })
 * }
 * ```
 */
export async function eraseEvidence({ log, evidence, matches }: EraseOptions): Promise<number> {
  const ids = new Set<string>()
  for (const file of log) {
    for await (const { octets } of linesOf(file, maxLine)) {
      const members = octets && readLine(octets)?.members
      const reference = members?.evidence as { id?: unknown } | undefined
      if (typeof reference?.id === 'string' && matches(members?.event as DecisionEvent)) ids.add(reference.id)
    }
  }
  let erased = 0
  if (ids.size > 0) for (const file of evidence) erased += await eraseIn(file, ids)
  return erased
}

async function eraseIn(path: string, ids: ReadonlySet<string>): Promise<number> {
  const file = await open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0))
  let erased = 0
  try {
    for await (const { octets, at, length, isComplete } of linesOf(path, maxEntry)) {
      const entry = octets === undefined || !isComplete ? undefined : objectIn(octets)
      if (entry?.kind !== 'evidence' || typeof entry.id !== 'string' || !ids.has(entry.id)) continue
      // An entry keeps its length, so that whoever appends to the file is not disturbed.
      const text = JSON.stringify({ kind: 'erased', id: entry.id })
      await file.write(Buffer.from(text.padEnd(length - 1)), 0, length - 1, at)
      erased += 1
    }
    if (erased > 0) await file.sync()
  } finally {
    await file.close()
  }
  return erased
}
