import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Configuration, ListenAddress } from '../settings/configuration.ts'

/**
 * Begins to listen. @returns the origin, such as `http://127.0.0.1:8080`
 * @throws {ConfigurationError} naming the setting (the promise rejects)
 */
export async function listen(
  server: Server,
  { host, port }: ListenAddress,
  option: string,
  configuration: Configuration,
): Promise<string> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw configuration.fault(
      { option },
      `"${option}" is ${host}:${port}, where the gateway cannot listen (${code}): name another address`,
    )
  }
  const { address, port: actual, family } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`
}
