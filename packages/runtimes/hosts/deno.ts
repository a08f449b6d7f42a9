import { makeExample } from './example.ts'
import { makeHandler } from './handler.ts'

declare const Deno: {
  readonly args: readonly string[]
  serve(
    options: { hostname: string; port: number; onListen: (address: { port: number }) => void },
    handler: (request: Request) => Response | Promise<Response>,
  ): unknown
}

const [issuers = '', what] = Deno.args
const fetch = what === 'example' ? makeExample(issuers) : makeHandler(issuers)
const onListen = ({ port }: { port: number }): void => console.log(JSON.stringify({ port }))
Deno.serve({ hostname: '127.0.0.1', port: 0, onListen }, fetch)
