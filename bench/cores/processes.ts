/** Whole processes, each of which verifies in place what it makes up itself. */
import { fork } from 'node:child_process'
import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { inPlace, type Signed } from './place.ts'

interface Start {
  readonly jwk: JsonWebKey
  readonly signed: readonly Signed[]
  readonly inFlight: number
}

interface Ran {
  readonly count: number
  readonly seconds: number
  readonly cpu: number
}

export async function startProcesses(
  jwk: JsonWebKey,
  signed: readonly Signed[],
  count: number,
  inFlight: number,
): Promise<{ run(milliseconds: number): Promise<{ rate: number; cpu: number }>; stop(): void }> {
  const start: Start = { jwk, signed, inFlight }
  const children = Array.from({ length: count }, () =>
    fork(import.meta.filename, ['--process'], { serialization: 'advanced' }),
  )
  for (const child of children) child.send(start)
  await Promise.all(children.map((child) => once(child, 'message')))
  return {
    async run(milliseconds) {
      for (const child of children) child.send(milliseconds)
      const answers = await Promise.all(children.map((child) => once(child, 'message')))
      const ran = answers.map(([answer]) => answer as Ran)
      const all = ran.reduce((sum, one) => sum + one.count, 0)
      const rate = ran.reduce((sum, one) => sum + one.count / one.seconds, 0)
      return { rate, cpu: ran.reduce((sum, one) => sum + one.cpu, 0) / all }
    },
    stop: () => {
      for (const child of children) child.kill()
    },
  }
}

if (import.meta.filename === process.argv[1] && process.argv[2] === '--process') {
  process.once('message', ({ jwk, signed, inFlight }: Start) => {
    const { verify } = inPlace(createPublicKey({ key: jwk, format: 'jwk' }))
    process.on('message', async (milliseconds: number) => {
      const before = process.cpuUsage()
      const start = performance.now()
      let count = 0
      const lane = async (): Promise<void> => {
        while (performance.now() - start < milliseconds) {
          await turn()
          if (!verify(signed[count++ % signed.length] as Signed)) throw new Error('a signature is refused')
        }
      }
      await Promise.all(Array.from({ length: inFlight }, lane))
      const seconds = (performance.now() - start) / 1000
      const { user, system } = process.cpuUsage(before)
      const ran: Ran = { count, seconds, cpu: user + system }
      process.send?.(ran)
    })
    process.send?.('ready')
  })
}
