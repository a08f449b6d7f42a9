/** The gateway in a process of its own, as `bench/gateway.ts` starts it: `server.ts PORT_OF_UPSTREAM`. */
import { generateKeyPairSync } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createAssertionSigner } from '@aauth-guard/core/assertion'
import { compileRoutes, createProxy, defaultProxyLimits, type Route } from '@aauth-guard/gateway'
import { makeResource, makeWorld } from './world.ts'

const resource = makeResource(await makeWorld())
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key = { ...privateKey.export({ format: 'jwk' }), kid: 'bench', alg: 'ES256' }
const port = Number(process.argv[2])
const route: Route = {
  name: 'all',
  path: '*',
  methods: undefined,
  requirement: {},
  upstream: { name: 'upstream', origin: { protocol: 'http:', hostname: '127.0.0.1', port } },
  cutPrefix: '',
  addPrefix: '',
  pass: [],
  passNames: [],
  digest: 'stream',
  maxContent: 1_048_576,
  upgrade: true,
  encodedSlash: false,
}
const limits = { ...defaultProxyLimits, tunnelsPerCaller: 12_000, idleTimeout: 600_000 }
const plan = { resource, table: compileRoutes([route]), limits }
const { server } = createProxy({
  plan: () => plan,
  assertions: createAssertionSigner({ issuer: resource.issuer, key }),
  log: ({ code, hint }) => console.error(code, hint),
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('message', () => {
  ;(globalThis as { gc?: () => void }).gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  process.send?.({ rss, used: heapUsed + external, cpu: process.cpuUsage() })
})
process.on('disconnect', () => process.exit())
