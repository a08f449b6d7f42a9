import { GrowingCache } from '../limits/growing-cache.ts'
import type { Mission } from '../token/claims.ts'
import { approvedTools, type MissionBlob, verifyMissionBlob } from './blob.ts'

/** Maximum number of cached blobs, and the maximum of their octets in total. */
const maxBlobs = 1000
const maxOctets = 16_777_216

/** The parts of a blob that are used on each request. */
export interface KnownBlob {
  readonly blob: MissionBlob
  readonly tools: ReadonlySet<string>
}

/**
 * The mission blobs of an operator. A blob is digested and parsed once and then cached by its `s256`, which determines
 * every octet of it. A missing blob is looked up again on every request, since it may be stored at any time.
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
   * The blob of a mission, if the operator has it. Concurrent requests share one call of the callback.
   * @throws what the callback of the operator throws, and {TypeError} for octets with another digest (the promise rejects)
   */
  get(mission: Mission): KnownBlob | undefined | Promise<KnownBlob | undefined> {
    // The octets do not depend on the approver, which the caller compares.
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
