/** Memory that all threads share: a ring of requests, and words that say how far each side is. */
export interface Ring {
  readonly words: Int32Array<SharedArrayBuffer>
  readonly octets: Uint8Array<SharedArrayBuffer>
}

/** More than requests in flight: slots are free again in another order than they were filled. */
export const slots = 1024
export const slotSize = 2048

/** Words: how many were submitted, taken and verified; how many workers sleep; whether the main thread wants to know. */
export const submitted = 0
export const taken = 1
export const verified = 2
export const sleeping = 3
export const awaited = 4
/** From here on two words for each slot: its state, and the length of its message. */
const states = 8

export const stateOf = (slot: number): number => states + 2 * slot
export const lengthOf = (slot: number): number => states + 2 * slot + 1

export const isReady = 1
export const isValid = 2
export const isInvalid = 3

export function makeRing(): Ring {
  return {
    words: new Int32Array(new SharedArrayBuffer(4 * (states + 2 * slots))),
    octets: new Uint8Array(new SharedArrayBuffer(slots * slotSize)),
  }
}
