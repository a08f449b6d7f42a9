import { createPublicKey, verify } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import type { PortWorker } from './port-workers.ts'
import {
  awaited,
  isInvalid,
  isValid,
  lengthOf,
  sleeping,
  slotSize,
  slots,
  stateOf,
  submitted,
  taken,
  verified,
} from './ring.ts'
import type { RingWorker } from './ring-workers.ts'

const start = workerData as PortWorker | RingWorker
const key = createPublicKey({ key: start.jwk, format: 'jwk' })

if (start.kind === 'port') parentPort?.on('message', (packed: Uint8Array) => answer(packed))
else serve(start)

function answer(packed: Uint8Array): void {
  const view = new DataView(packed.buffer)
  const verdicts: number[] = []
  for (let at = 0; at < packed.length; ) {
    const end = at + 4 + view.getUint32(at)
    verdicts.push(verify(null, packed.subarray(at + 4, end), key, packed.subarray(end, end + 64)) ? 1 : 0)
    at = end + 64
  }
  parentPort?.postMessage(Uint8Array.from(verdicts))
}

function serve({ words, octets }: RingWorker): void {
  // OpenSSL does not read memory that other threads can write.
  const copy = new Uint8Array(slotSize)
  for (;;) {
    const next = Atomics.load(words, taken)
    const end = Atomics.load(words, submitted)
    if (next === end) {
      Atomics.add(words, sleeping, 1)
      Atomics.wait(words, submitted, end)
      Atomics.sub(words, sleeping, 1)
      continue
    }
    if (Atomics.compareExchange(words, taken, next, next + 1) !== next) continue
    const slot = next % slots
    const length = 64 + (words[lengthOf(slot)] as number)
    copy.set(octets.subarray(slot * slotSize, slot * slotSize + length))
    const valid = verify(null, copy.subarray(64, length), key, copy.subarray(0, 64))
    Atomics.store(words, stateOf(slot), valid ? isValid : isInvalid)
    Atomics.add(words, verified, 1)
    if (Atomics.exchange(words, awaited, 0) === 1) Atomics.notify(words, verified)
  }
}
