import type { JsonWebKey } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { Place, Signed } from './place.ts'
import {
  awaited,
  isReady,
  isValid,
  lengthOf,
  makeRing,
  type Ring,
  sleeping,
  slotSize,
  slots,
  stateOf,
  submitted,
  verified,
} from './ring.ts'

/** Of ES2024, which the types of this project do not have. */
interface WithWaitAsync {
  waitAsync(words: Int32Array, index: number, value: number): { async: boolean; value: Promise<unknown> }
}

/** What a worker is started with. */
export interface RingWorker extends Ring {
  readonly kind: 'ring'
  readonly jwk: JsonWebKey
}

/** Worker threads that take requests out of shared memory, each when it is free. */
export function ringWorkers(jwk: JsonWebKey, count: number): Place {
  const { words, octets } = makeRing()
  const workers = Array.from({ length: count }, () => {
    const workerData: RingWorker = { kind: 'ring', jwk, words, octets }
    return new Worker(new URL('worker.ts', import.meta.url), { workerData })
  })
  const waiting = new Map<number, (valid: boolean) => void>()
  let listening = false

  const listen = (): void => {
    listening = true
    const seen = Atomics.load(words, verified)
    Atomics.store(words, awaited, 1)
    answer()
    if (waiting.size === 0) {
      listening = false
      return
    }
    const outcome = (Atomics as unknown as WithWaitAsync).waitAsync(words, verified, seen)
    if (outcome.async) outcome.value.then(listen)
    else setImmediate(listen)
  }
  const answer = (): void => {
    for (const [slot, resolve] of waiting) {
      const state = Atomics.load(words, stateOf(slot))
      if (state === isReady) continue
      waiting.delete(slot)
      resolve(state === isValid)
    }
  }
  return {
    name: `${count} worker${count > 1 ? 's' : ''}, shared memory`,
    verify: ({ message, signature }: Signed) =>
      new Promise((resolve) => {
        const slot = Atomics.load(words, submitted) % slots
        if (waiting.has(slot)) throw new Error('the ring is full')
        octets.set(signature, slot * slotSize)
        octets.set(message, slot * slotSize + 64)
        words[lengthOf(slot)] = message.length
        Atomics.store(words, stateOf(slot), isReady)
        waiting.set(slot, resolve)
        Atomics.add(words, submitted, 1)
        // A worker that is awake looks again before it sleeps, and waking costs a system call.
        if (Atomics.load(words, sleeping) > 0) Atomics.notify(words, submitted, 1)
        if (!listening) listen()
      }),
    stop: () => Promise.all(workers.map((worker) => worker.terminate())),
  }
}
