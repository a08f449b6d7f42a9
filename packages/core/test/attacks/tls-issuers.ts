import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type SelfSigned, selfSigned } from '@aauth-guard/fixtures/certificate'
import { type NameServer, startNameServer } from '@aauth-guard/fixtures/name-server'
import type { TestNetwork } from '@aauth-guard/testing'
import { onTestFinished } from 'vitest'
import { createGuardedFetch } from '../../src/platform/egress.ts'

export interface TlsIssuers {
  readonly names: NameServer
  /** The egress of the library, which finds all of it on loopback. */
  readonly fetch: typeof fetch
}

/**
 * Issuers behind TLS and their name server, which answers nothing for names below `silent.test` and the like.
 * @param net knows what is published
 * @param takeOver takes a request over, or returns `false`
 */
export async function startTlsIssuers(
  hosts: readonly string[],
  net: () => TestNetwork,
  takeOver: (request: IncomingMessage) => boolean = () => false,
): Promise<TlsIssuers> {
  const names = await startNameServer((name) => (name.endsWith('silent.test') ? 'silent' : ['127.0.0.1']))
  const certificates = hosts.map((host): [string, SelfSigned] => [host, selfSigned(host)])
  const server = createServer(certificates[0]?.[1] ?? {}, async (request, response) => {
    if (takeOver(request)) return
    const found = await net().fetch(`https://${request.headers.host}${request.url}`)
    response.writeHead(found.status, [...found.headers].flat()).end(await found.text())
  })
  for (const [host, certificate] of certificates) server.addContext(host, certificate)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    await names.close()
    await new Promise((resolve) => server.close(resolve).closeAllConnections())
  })
  return {
    names,
    fetch: createGuardedFetch({
      nameServers: [names.address],
      // No look-up gives up on its own, so the attackers still wait however slow the machine is.
      timeout: 600_000,
      isAllowed: (address) => address === '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      ca: certificates.map(([, { cert }]) => cert),
    }),
  }
}
