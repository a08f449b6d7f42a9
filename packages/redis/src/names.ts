import { createHash } from 'node:crypto'

/** Octets are cut to 132 bits, which is enough that nobody finds a second text with the hash of a given one. */
const length = 22

/** A short name for any texts. Their lengths are part of it, so that no two lists of texts are joined to the same one. */
export function hashed(...texts: readonly string[]): string {
  const joined = texts.map((text) => `${text.length}:${text}`).join('')
  return createHash('sha256').update(joined, 'utf16le').digest('base64url').slice(0, length)
}

/** The number of the partition that holds what belongs to an issuer. */
export function partitionOf(name: string, partitions: number): number {
  return partitions === 1 ? 0 : createHash('sha256').update(name).digest().readUInt32BE(0) % partitions
}

/** The keys of one partition, which all lie in one slot of a cluster. */
export class Partition {
  readonly index: number
  readonly #tag: string

  /** @param resource `hashed` identifier of the resource */
  constructor(prefix: string, resource: string, index: number) {
    this.index = index
    // A cluster reads only the first pair of braces.
    this.#tag = `${prefix}:{${resource}:${index}}`
  }

  /** @param role what the key is for; no two roles share a name */
  key(role: string, ...names: readonly string[]): string {
    return [this.#tag, role, ...names].join(':')
  }

  /** Shows that the data of the partition is complete. Made by `prepare`. */
  get marker(): string {
    return this.key('marker')
  }
}
