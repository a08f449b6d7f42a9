import { makeExample } from './example.ts'
import { makeHandler } from './handler.ts'

declare const Bun: {
  serve(options: {
    hostname: string
    port: number
    fetch: (request: Request) => Response | Promise<Response>
  }): { readonly port: number }
}

const [issuers = '', what] = process.argv.slice(2)
const fetch = what === 'example' ? makeExample(issuers) : makeHandler(issuers)
const { port } = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch })
console.log(JSON.stringify({ port }))
