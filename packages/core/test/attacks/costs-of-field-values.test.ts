import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { SignedMessage } from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { leastTimes } from '../least-times.ts'
import { printFigures } from './beside.ts'
import { guarded, honestProvider, listedServer, makeScene, type Scene } from './scene.ts'

/** A request that covers a field of white space, except for its ends; no key verifies its signature. */
async function hostile({ net, caller }: Scene, octets: number): Promise<SignedMessage> {
  const { agent, token } = await caller('https://evil.example')
  const headers = { x: `a${' '.repeat(octets)}b` }
  const message = await agent.sign(
    `${net.resource}/notes`,
    { headers },
    { token: await token(), cover: ['x'] },
  )
  const others = message.headers.filter(([name]) => name !== 'signature')
  return { ...message, headers: [...others, ['signature', 'sig=:AA==:']] }
}

/** The same guard behind HTTP/2, whose header fields may have 64 KiB. */
async function sendOverHttp2({ resource }: Scene): Promise<Scene['send']> {
  const server = createServer(guarded(resource) as never)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(async () => {
    await new Promise<void>((resolve) => client.close(resolve))
    await new Promise((resolve) => server.close(resolve))
  })
  return ({ method, target, headers }) =>
    new Promise((resolve, reject) => {
      const head = { ':method': method, ':path': target, ':authority': 'notes.example' }
      const sent = client.request({ ...head, ...Object.fromEntries(headers) }).on('error', reject)
      sent.on('response', (got) => resolve(`${got[':status']}`))
      sent.resume()
    })
}

describe('a request that covers a field of white space', () => {
  it.each([
    ['HTTP/1.1', 13_000, 'the signature has 1 octets'],
    ['HTTP/2', 60_000, 'longer than 16384 octets'],
  ])(
    'holds up other requests over %s no longer than ten honest requests do: %d octets [O05, O06]',
    async (version, octets, hint) => {
      const hints: (string | undefined)[] = []
      const scene = await makeScene({
        onDecision: ({ hint }) => void (hint !== undefined && hints.push(hint)),
      })
      const send = version === 'HTTP/2' ? await sendOverHttp2(scene) : scene.send
      const honest = await scene.caller(honestProvider)
      await honest.call()
      const [good, bad] = [
        await honest.agent.sign(`${scene.net.resource}/notes`, {}, { token: await honest.token() }),
        await hostile(scene, octets),
      ]
      const answers = await Promise.all([good, bad, good, bad, good].map(send))
      expect(answers.map((answer) => answer.slice(0, 3))).toEqual(['200', '401', '200', '401', '200'])
      expect(hints).toEqual(Array(2).fill(expect.stringContaining(hint)))
      expect(await (await scene.caller(listedServer, 'person-server')).call()).toBe('200')
      const ten = async (): Promise<void> => {
        for (let i = 0; i < 10; i++) await send(good)
      }
      const [hostileTime, honestTime] = (await leastTimes([() => send(bad), ten], 12)) as [number, number]
      printFigures({ hostile: hostileTime.toFixed(1), 'ten honest': honestTime.toFixed(1) })
      expect(hostileTime).toBeLessThan(honestTime)
      expect(await honest.call()).toBe('200')
    },
  )
})
