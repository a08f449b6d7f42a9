import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tombstone, TombstoneEntry, TombstoneStore, TombstoneVerdict } from '@aauth-guard/core'

const folders: string[] = []

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tombstones-'))
  folders.push(folder)
  return join(folder, 'lines')
}

/** Removes all files that were made. */
export function removeTombstoneFiles(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
}

type Line = { readonly ended: Tombstone } | { readonly full: string }

/** A small store as an operator might write one: an append-only file that is read again for every call. */
export class TombstoneFile implements TombstoneStore {
  readonly path: string
  readonly #maxPerServer: number

  constructor(maxPerServer: number, path = newPath()) {
    this.path = path
    this.#maxPerServer = maxPerServer
  }

  /** The file as another process reads it. */
  reopened(): TombstoneFile {
    return new TombstoneFile(this.#maxPerServer, this.path)
  }

  add({ listed: _, ...tombstone }: TombstoneEntry): TombstoneVerdict {
    const { approver, s256 } = tombstone
    const ended = this.#ended().filter((one) => one.approver === approver)
    if (ended.some((one) => one.s256 === s256)) return 'recorded'
    const isFull = ended.length >= this.#maxPerServer
    this.#append(isFull ? { full: approver } : { ended: tombstone })
    return isFull ? 'full' : 'recorded'
  }

  find({ approver, s256 }: Pick<Tombstone, 'approver' | 's256'>): Tombstone | 'full' | undefined {
    const found = this.#ended().find((one) => one.approver === approver && one.s256 === s256)
    const isFull = this.#lines().some((line) => 'full' in line && line.full === approver)
    return found ?? (isFull ? 'full' : undefined)
  }

  #ended(): Tombstone[] {
    return this.#lines().flatMap((line) => ('ended' in line ? [line.ended] : []))
  }

  #lines(): Line[] {
    if (!existsSync(this.path)) return []
    const lines = readFileSync(this.path, 'utf8').split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line) as Line)
  }

  #append(line: Line): void {
    appendFileSync(this.path, `${JSON.stringify(line)}\n`)
  }
}
