import { GrowingCache } from '../limits/growing-cache.ts'
import type { Mission } from '../token/claims.ts'
import { approvedTools, type MissionBlob, verifyMissionBlob } from './blob.ts'

/** Blobs that are remembered, and octets of all of them as they were read. */
const maxBlobs = 1000
const maxOctets = 16_777_216

/** What is used of a blob on each request. */
export interface KnownBlob {
  readonly blob: MissionBlob
  readonly tools: ReadonlySet<string>
}

/**
 * The mission blobs of an operator. A blob is digested and parsed once and then remembered by its `s256`, which fixes
 * every octet of it. That there is none is asked again on every request, since it may be stored a moment later.
 */
export class MissionBlobs {
  readonly #load: (mission: Mission) => Uint8Array | undefined | Promise<Uint8Array | undefined>
  readonly #known = new GrowingCache<KnownBlob & { readonly octets: number }>({
    max: maxBlobs,
    maxSize: maxOctets,
    sizeCalculation: ({ octets }) => Math.max(1, octets),
  })
  readonly #loading = new Map<string, Promise<KnownBlob | undefined>>()

  constructor(load: (mission: Mission) => Uint8Array | undefined | Promise<Uint8Array | undefined>) {
    this.#load = load
  }

  /**
   * The blob of a mission, if the operator holds it. Requests that arrive while it is read share one reading.
   * @throws whatever the callback of the operator throws, and {TypeError} for other octets (the promise rejects)
   */
  get(mission: Mission): KnownBlob | undefined | Promise<KnownBlob | undefined> {
    // The octets are the same whoever approved them; the approver is compared by whoever asks.
    const known = this.#known.get(mission.s256)
    if (known) return known
    const key = `${mission.approver}\n${mission.s256}`
    const underWay = this.#loading.get(key)
    if (underWay) return underWay
    const loading = this.#read(mission).finally(() => {
      if (this.#loading.get(key) === loading) this.#loading.delete(key)
    })
    this.#loading.set(key, loading)
    return loading
  }

  async #read(mission: Mission): Promise<KnownBlob | undefined> {
    const bytes = await this.#load({ approver: mission.approver, s256: mission.s256 })
    if (bytes === undefined) return undefined
    const octets = bytes.length
    const blob = await verifyMissionBlob(bytes, mission.s256)
    const known = { blob, tools: new Set(approvedTools(blob).map(({ name }) => name)), octets }
    this.#known.set(mission.s256, known)
    return known
  }
}
