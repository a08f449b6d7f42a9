import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Resolves with the URL once the server listens on loopback. */
export function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject).on('error', report)
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
  })
}

function report(error: Error): void {
  console.error(`target: ${error.message}`)
  process.exitCode = 1
}
