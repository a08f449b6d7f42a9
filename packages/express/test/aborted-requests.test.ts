import { connect } from 'node:net'
import { protect } from '@aauth-guard/express'
import { wireText } from '@aauth-guard/fixtures/raw-socket'
import { serve } from '@aauth-guard/fixtures/served'
import express from 'express'
import { expect, it } from 'vitest'
import { countOfRuns } from '../../../scripts/property-runs.ts'

/** Many more in `npx pnpm@12 test:deep`. */
const many = countOfRuns(100)

/** How many timers and sockets the process holds. */
function held(): number {
  return process.getActiveResourcesInfo().filter((name) => /^(?:Timeout|TCPSocketWrap)$/.test(name)).length
}

it(`${many} requests that end in the middle of their content leave no timer and no socket [O07]`, async () => {
  const gone: Promise<unknown>[] = []
  const { url, sign } = await serve(({ resource }) =>
    express()
      .use((req, _res, next) => {
        gone.push(new Promise<void>((closed) => req.socket.once('close', () => closed())))
        next()
      })
      .post('/notes', protect(resource), (req) => {
        req.on('error', () => undefined).resume()
      }),
  )
  const message = await sign({ method: 'POST', body: 'x'.repeat(64), digest: true })
  const octets = wireText(message).slice(0, -32)
  const abort = async (): Promise<void> => {
    const before = gone.length
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(octets))
    socket.on('error', () => undefined)
    while (gone.length === before) await new Promise(setImmediate)
    socket.destroy()
    await gone[before]
  }
  await abort()
  const before = held()
  for (let i = 0; i < many; i++) await abort()
  expect(held()).toBeLessThanOrEqual(before + 2)
})
