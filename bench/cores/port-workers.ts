import type { JsonWebKey } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { Place, Signed } from './place.ts'

/** What a worker is started with. */
export interface PortWorker {
  readonly kind: 'port'
  readonly jwk: JsonWebKey
}

interface Waiting extends Signed {
  resolve(valid: boolean): void
}

/** Worker threads that get what arrived in one turn of the event loop as one message, in turns. */
export function portWorkers(jwk: JsonWebKey, count: number): Place {
  const waitingFor = new Map<Worker, Waiting[][]>()
  const workers = Array.from({ length: count }, () => {
    const workerData: PortWorker = { kind: 'port', jwk }
    const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData })
    waitingFor.set(worker, [])
    worker.on('message', (verdicts: Uint8Array) => {
      const batch = waitingFor.get(worker)?.shift() ?? []
      for (const [index, one] of batch.entries()) one.resolve(verdicts[index] === 1)
    })
    return worker
  })
  const arrived: Waiting[] = []
  let next = 0
  const handOver = (): void => {
    const share = Math.ceil(arrived.length / count)
    while (arrived.length > 0) {
      const batch = arrived.splice(0, share)
      const worker = workers[next++ % count] as Worker
      waitingFor.get(worker)?.push(batch)
      const packed = pack(batch)
      worker.postMessage(packed, [packed.buffer])
    }
  }
  return {
    name: `${count} worker${count > 1 ? 's' : ''}, messages`,
    verify: (signed) =>
      new Promise((resolve) => {
        if (arrived.length === 0) setImmediate(handOver)
        arrived.push({ ...signed, resolve })
      }),
    stop: () => Promise.all(workers.map((worker) => worker.terminate())),
  }
}

/** Each message with its length before it and its signature behind it, in a buffer of their own. */
function pack(batch: readonly Signed[]): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(batch.reduce((sum, { message }) => sum + 4 + message.length + 64, 0))
  const view = new DataView(packed.buffer)
  let at = 0
  for (const { message, signature } of batch) {
    view.setUint32(at, message.length)
    packed.set(message, at + 4)
    packed.set(signature, at + 4 + message.length)
    at += 4 + message.length + 64
  }
  return packed
}
