/** One server under load: `server.ts FRAMEWORK VARIANT`. Its parent controls it by messages. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Accounting } from './accounting.ts'
import { honoApp, listeners, type Variant } from './apps.ts'
import type { FromServer, ToServer } from './protocol.ts'
import { makePeer, rawMessage } from './verifiers.ts'
import { makeResource, makeWorld } from './world.ts'

declare const Bun: {
  serve(options: {
    hostname: string
    port: number
    fetch: (request: Request) => Response | Promise<Response>
  }): { readonly port: number }
}

const [framework = '', variant] = process.argv.slice(2) as [string, Variant]
const accounting = new Accounting()
const net = await makeWorld()
const parts = { resource: makeResource(net), raw: rawMessage(), peer: await makePeer(net) }

process.on('message', async (message: ToServer) => {
  if (message.type === 'end') return tell({ type: 'account', ...(await accounting.end()) })
  await accounting.begin(message)
  tell({ type: 'begun' })
})
process.on('disconnect', () => process.exit())
tell({ type: 'listening', port: await listen(), runtime: runtime() })

async function listen(): Promise<number> {
  if (framework === 'hono-bun')
    return Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: honoApp(variant, parts).fetch as never }).port
  const listener = listeners[framework as keyof typeof listeners](variant, parts)
  const server = createServer(listener).listen(0, '127.0.0.1')
  server.keepAliveTimeout = 60_000
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

function runtime(): string {
  const { bun, node } = process.versions
  return bun === undefined ? `Node ${node}` : `Bun ${bun}`
}

function tell(message: FromServer): void {
  process.send?.(message)
}
