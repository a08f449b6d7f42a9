import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { AuditKey } from '../record/audit-key.ts'
import { linesOf } from '../verify/lines.ts'
import { decrypt, type KeptEvidence } from './entries.ts'
import { unwrapKey } from './recipient.ts'

/** Octets of the longest entry. */
const maxEntry = 1024 * 1024

/** An entry of a file of evidence. */
interface Place {
  readonly file: number
  readonly at: number
  readonly length: number
}

interface EvidenceFile {
  readonly path: string
  readonly handle: FileHandle
  /** `undefined` if it is not encrypted. */
  readonly contentKey: Uint8Array | undefined
  /** Why entries cannot be decrypted. */
  readonly locked: string | undefined
}

/** Evidence that was found for a record. */
export type FoundEvidence =
  | { readonly salt: string; readonly text: string; readonly evidence: KeptEvidence; readonly keys: unknown }
  | 'erased'
  | 'missing'
  | { readonly unreadable: string }

/** Finds evidence in files by its name. For each entry about 200 octets stay in memory. */
export class EvidenceReader {
  readonly #files: EvidenceFile[] = []
  readonly #places = new Map<string, Place | 'erased'>()
  /** By file and name, since each file has the key sets that it needs. */
  readonly #keySets = new Map<string, Place>()

  /** @throws (the promise rejects) if a file cannot be read */
  static async open(paths: readonly string[], privateKey: AuditKey | undefined): Promise<EvidenceReader> {
    const reader = new EvidenceReader()
    try {
      for (const path of paths) await reader.#add(path, privateKey)
      return reader
    } catch (error) {
      await reader.close()
      throw error
    }
  }

  async find(id: string): Promise<FoundEvidence> {
    const place = this.#places.get(id)
    if (place === undefined) return 'missing'
    if (place === 'erased') return 'erased'
    try {
      const entry = await this.#read(place)
      const { contentKey, locked } = this.#files[place.file] as EvidenceFile
      if (locked !== undefined) return { unreadable: locked }
      const { salt, text } = (
        contentKey === undefined
          ? entry
          : JSON.parse(decrypt(contentKey, id, entry.iv as string, entry.data as string))
      ) as { salt: string; text: string }
      const evidence = JSON.parse(text) as KeptEvidence
      return { salt, text, evidence, keys: await this.#keysOf(place.file, evidence.keys) }
    } catch (error) {
      return { unreadable: error instanceof Error ? error.message : String(error) }
    }
  }

  async close(): Promise<void> {
    for (const { handle } of this.#files.splice(0)) await handle.close()
  }

  async #add(path: string, privateKey: AuditKey | undefined): Promise<void> {
    const file = this.#files.length
    let isFirst = true
    for await (const { octets, at, length, isComplete } of linesOf(path, maxEntry)) {
      const entry = octets === undefined || !isComplete ? undefined : objectIn(octets)
      if (isFirst) {
        isFirst = false
        const handle = await open(path, constants.O_RDONLY)
        this.#files.push({ path, handle, ...(await contentKeyOf(entry, privateKey)) })
        continue
      }
      if (entry === undefined || typeof entry.id !== 'string') continue
      const place = { file, at, length }
      if (entry.kind === 'evidence') this.#places.set(entry.id, place)
      else if (entry.kind === 'erased') this.#places.set(entry.id, 'erased')
      else if (entry.kind === 'keys') this.#keySets.set(`${file} ${entry.id}`, place)
    }
  }

  async #keysOf(file: number, id: string): Promise<unknown> {
    const place = this.#keySets.get(`${file} ${id}`)
    if (place === undefined) throw new Error('the key set of the evidence is missing')
    const { contentKey } = this.#files[file] as EvidenceFile
    const entry = await this.#read(place)
    const text =
      contentKey === undefined
        ? entry.keys
        : decrypt(contentKey, id, entry.iv as string, entry.data as string)
    return JSON.parse(text as string)
  }

  async #read({ file, at, length }: Place): Promise<Record<string, unknown>> {
    const octets = Buffer.alloc(length)
    await (this.#files[file] as EvidenceFile).handle.read(octets, 0, length, at)
    return objectIn(octets) ?? {}
  }
}

async function contentKeyOf(
  header: Record<string, unknown> | undefined,
  privateKey: AuditKey | undefined,
): Promise<Pick<EvidenceFile, 'contentKey' | 'locked'>> {
  if (header?.kind !== 'evidence-file')
    return { contentKey: undefined, locked: 'the file does not begin as a file of evidence' }
  if (header.plain === true) return { contentKey: undefined, locked: undefined }
  if (privateKey === undefined)
    return { contentKey: undefined, locked: 'it is encrypted, and no private key was given' }
  try {
    return { contentKey: await unwrapKey(String(header.key), privateKey), locked: undefined }
  } catch {
    return { contentKey: undefined, locked: 'it is encrypted for another key' }
  }
}

export function objectIn(octets: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(octets.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
